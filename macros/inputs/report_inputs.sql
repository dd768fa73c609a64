{# What the command `check` asks before it builds anything, by run-operation, as tables
   of a database of its own: the contract and the files of the folder. #}
{% macro list_inputs() %}
    {% set records = [] %}
    {% for input_name, record in precision_marketing.input_contract().items() %}
        {% set place = loop.index %}
        {% for name, kind, is_required in record["columns"] %}
            {% do records.append(
                "(" ~ place ~ ", '" ~ input_name ~ "', " ~ record["is_required"] ~ ", "
                ~ loop.index ~ ", '" ~ name ~ "', " ~ is_required ~ ")"
            ) %}
        {% endfor %}
    {% endfor %}
    {% do run_query(
        "create table contract (input_place integer, input_name varchar,"
        ~ " is_required_input boolean, column_place integer, column_name varchar,"
        ~ " is_required boolean); insert into contract values " ~ records | join(", ")
    ) %}
    {% do run_query(
        "create table listed_files as " ~ precision_marketing.folder_listing(
            precision_marketing.input_folder())
    ) %}
{% endmacro %}


{# Then, with the CSV files described: all that stops a build before it reads a row, and
   the columns of the inputs that can be read. #}
{% macro name_input_faults() %}
    {% set files = precision_marketing.listed_files() %}
    {% set faults = precision_marketing.file_faults(files)
        + precision_marketing.csv_file_faults("described_files") %}
    {% do run_query("create table faults (fault varchar)") %}
    {% do run_query(
        "create table present_columns (input_name varchar, column_name varchar)") %}
    {% for input_name in precision_marketing.input_contract() %}
        {% set own = files | selectattr("input_name", "equalto", input_name) | list %}
        {% set is_readable = own and precision_marketing.input_forms(own) | length == 1
            and not precision_marketing.parquet_faults(own) %}
        {% set present = precision_marketing.folder_columns(input_name, own,
            "described_files") if is_readable else [] %}
        {% for name in present %}
            {% do run_query("insert into present_columns values ('" ~ input_name ~ "', "
                ~ precision_marketing.text_literal(name) ~ ")") %}
        {% endfor %}
        {% do faults.extend(precision_marketing.file_column_faults(
            input_name, own, "described_files") if present else []) %}
    {% endfor %}
    {% for fault in faults %}
        {% do run_query("insert into faults values ("
            ~ precision_marketing.text_literal(fault) ~ ")") %}
    {% endfor %}
{% endmacro %}
