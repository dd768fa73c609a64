{# Inputs are looked for before anything is built, so that what they lack is one error
   and not one for each model that reads them; so are columns of tables, but for those
   that the run itself makes, which staging checks when it reads them. Those of CSV files
   are known once `csv_files` is built, whose hook checks all columns of the folder. #}
{% macro validate_inputs() %}
    {% set contract = precision_marketing.input_contract() %}
    {% set inputs = precision_marketing.setting("inputs") %}
    {% if precision_marketing.reads_files() %}
        {% set listing = precision_marketing.validate_files() %}
        {% if listing | map(attribute="file_format") | select("in", ["csv", "csv.gz"])
            | list == [] %}
            {% do precision_marketing.stop_at(precision_marketing.folder_column_faults()) %}
        {% endif %}
    {% elif inputs or target.get("profile_name", "") != "precision_marketing" %}
        {% for input_name in contract %}
            {% do precision_marketing.validate_declared_relation(
                input_name, inputs.get(input_name)) %}
        {% endfor %}
        {% do precision_marketing.stop_at(precision_marketing.table_column_faults()) %}
    {% endif %}
{% endmacro %}


{# Sentences on the columns of all inputs that this run reads and that are tables
   already. #}
{% macro table_column_faults() %}
    {% set made = [] %}
    {% for key in selected_resources if key in graph.nodes %}
        {% do made.append(graph.nodes[key].relation_name) %}
    {% endfor %}
    {% set faults = [] %}
    {% for input_name, given in precision_marketing.setting("inputs").items()
        if given and "model.precision_marketing.stg_" ~ input_name ~ "_checked"
            in selected_resources %}
        {% set relation = precision_marketing.found_relation(given) %}
        {% if relation and relation | string not in made %}
            {% do faults.extend(precision_marketing.column_faults(
                input_name, precision_marketing.query_columns(relation))) %}
        {% endif %}
    {% endfor %}
    {{ return(faults) }}
{% endmacro %}


{# What an input that is declared stands for, if it is in the database. Looked up in the
   graph: a hook, which is no node, may not call `ref`. #}
{% macro found_relation(given) %}
    {% set names = [] %}
    {% if given is not mapping %}
        {% do names.extend(precision_marketing.relation_names(given)) %}
    {% else %}
        {% set parts = given.values() | first %}
        {% set package, name = [project_name, parts] if parts is string else parts %}
        {% for node in (graph.sources if "source" in given else graph.nodes).values()
            if node.name == name and package == (node.source_name if "source" in given
                else node.package_name)
                and node.resource_type in ["source", "model", "seed", "snapshot"] %}
            {% do names.extend(
                [node.database, node.schema, node.identifier or node.alias]) %}
        {% endfor %}
    {% endif %}
    {% if names | length == 3 and precision_marketing.has_relation(*names) %}
        {{ return(api.Relation.create(*names)) }}
    {% endif %}
    {{ return(none) }}
{% endmacro %}


{# Database, schema and name of a relation's name; nothing of one that says less than
   schema and table, and may stand for one elsewhere. #}
{% macro relation_names(relation) %}
    {% set parts = modules.re.findall("\"(?:[^\"]|\"\")+\"|`[^`]+`|[^.]+", relation) %}
    {% if "(" in relation or parts | length < 2 %}{{ return([]) }}{% endif %}
    {% set names = [] %}
    {% for part in [target.get("database")][:3 - parts | length] + parts %}
        {% do names.append(part[1:-1] if part and part[0] in ["\"", "`"] else part) %}
    {% endfor %}
    {{ return(names) }}
{% endmacro %}


{# The files that are read; stops at one that is overlooked otherwise, at inputs in two
   forms and at required ones that are absent, all in one message. #}
{% macro validate_files() %}
    {% set files = precision_marketing.listed_files() %}
    {% do precision_marketing.stop_at(precision_marketing.file_faults(files)) %}
    {{ return(files | selectattr("input_name") | list) }}
{% endmacro %}


{% macro listed_files() %}
    {{ return(run_query("select * from (" ~ precision_marketing.folder_listing(
        precision_marketing.input_folder()) ~ ") as listing order by file_name") | list) }}
{% endmacro %}


{% macro file_faults(files) %}
    {% set faults = precision_marketing.overlooked_files(files) %}
    {% for input_name, record in precision_marketing.input_contract().items() %}
        {% set forms = precision_marketing.input_forms(
            files | selectattr("input_name", "equalto", input_name)) %}
        {% if forms | length > 1 %}
            {% do faults.append(
                "The input `" ~ input_name ~ "` is there more than once, as `"
                ~ forms.values() | join("` and `") ~ "`: leave one of them there."
            ) %}
        {% elif record["is_required"] and not forms %}
            {% do faults.append("The required input `" ~ input_name
                ~ "` was not found: " ~ precision_marketing.put_file(input_name) ~ ".") %}
        {% endif %}
    {% endfor %}
    {{ return(faults + precision_marketing.parquet_faults(files)) }}
{% endmacro %}


{# The forms in which the files of one input are there, with a file of each. A packed
   part beside open ones is one of them, but a packed file beside itself is not. #}
{% macro input_forms(files) %}
    {% set files = files | list %}
    {% set names = files | map(attribute="file_name") | map("lower") | list %}
    {% set forms = {} %}
    {% for file in files %}
        {% set is_copy = (file.file_name | lower)[:-3] in names %}
        {% set format = file.file_format if is_copy else file.file_format[:3] %}
        {% do forms.setdefault((format, "/" in file.file_name), file.file_name) %}
    {% endfor %}
    {{ return(forms) }}
{% endmacro %}


{# Sentences on files that resemble an input and are not read. #}
{% macro overlooked_files(files) %}
    {% set faults = [] %}
    {% for file in files if not file.input_name and file.resembles %}
        {% do faults.append(
            "`" ~ file.file_name ~ "` resembles the input `" ~ file.resembles
            ~ "` and is not read: "
            ~ ("name it `" ~ file.resembles ~ "." ~ file.file_format ~ "`"
                if file.file_format else "save it as `" ~ file.resembles
                ~ ".csv`, `.csv.gz` or `.parquet`")
            ~ ", or move it out of the folder."
        ) %}
    {% endfor %}
    {{ return(faults) }}
{% endmacro %}


{# Sentences on the columns of all inputs of the folder; `described` has those of CSV
   files. Of a file without any `validate_csv_files` speaks. #}
{% macro folder_column_faults(described=none) %}
    {% set faults = [] %}
    {% for input_name, record in precision_marketing.input_contract().items() %}
        {% set files = precision_marketing.input_files(input_name) %}
        {% do faults.extend(precision_marketing.file_column_faults(
            input_name, files, described) if files else []) %}
    {% endfor %}
    {{ return(faults) }}
{% endmacro %}


{# Each file by itself: what one calls otherwise than the next is null in its rows. Files
   of the same columns are named once. #}
{% macro file_column_faults(input_name, files, described=none) %}
    {% set groups = [] %}
    {% if files[0].file_format == "parquet" %}
        {% for group in precision_marketing.parquet_schemas(files, false) %}
            {% set names = group.columns | map("first") | map("lower") | list %}
            {% do groups.append((group.path, names)) %}
        {% endfor %}
    {% else %}
        {% for row in run_query("select min(file_path), string_agg(name, chr(10) order by"
            ~ " name) from (select file_path, unnest(column_names) as name from "
            ~ described ~ " where input_name = '" ~ input_name ~ "') group by file_path") %}
            {% do groups.append((row[0], row[1].split("\n"))) %}
        {% endfor %}
    {% endif %}
    {% set named = {} %}
    {% for path, names in groups | sort %}
        {% do named.setdefault(names | sort | unique | join("\n"), path) %}
    {% endfor %}
    {% set faults = [] %}
    {% for names, path in named.items() %}
        {% do faults.extend(precision_marketing.column_faults(
            input_name, names.split("\n"), (files | selectattr(
                "file_path", "equalto", path) | first).file_name
                if named | length > 1 else "")) %}
    {% endfor %}
    {{ return(faults) }}
{% endmacro %}


{% macro folder_columns(input_name, files, described) %}
    {{ return(
        precision_marketing.query_columns(precision_marketing.parquet_relation(files))
        if files[0].file_format == "parquet"
        else precision_marketing.csv_columns(input_name, described)
    ) }}
{% endmacro %}


{# After `csv_files`: what is wrong with them and columns, all in one message. #}
{% macro validate_csv_files() %}
    {% if precision_marketing.reads_files() %}
        {% do precision_marketing.stop_at(precision_marketing.csv_file_faults(this)
            + precision_marketing.folder_column_faults(this)) %}
    {% endif %}
{% endmacro %}


{# Sentences on CSV files that cannot be read, and required inputs that are empty. #}
{% macro csv_file_faults(described) %}
    {% set faults = [] %}
    {% for row in run_query("select file_name, fault from " ~ described
        ~ " where fault is not null order by file_name") %}
        {% do faults.append("The file `" ~ row[0] ~ "` " ~ row[1] ~ ".") %}
    {% endfor %}
    {% for row in run_query("select input_name from " ~ described ~ " group by input_name"
        ~ " having count(fault) = 0 and max(len(column_names)) = 0")
        if precision_marketing.input_contract()[row[0]]["is_required"] %}
        {% do faults.append("The file of the required input `" ~ row[0]
            ~ "` is empty: give it a header and rows.") %}
    {% endfor %}
    {{ return(faults) }}
{% endmacro %}


{# Stop with what is wrong, all at once; of very many the first twenty. #}
{% macro stop_at(faults) %}
    {% if faults %}
        {% set more = faults | length - 20 %}
        {{ exceptions.raise_compiler_error(
            faults[:20] | join("\n  ")
            ~ ("\n  And " ~ more ~ " more." if more > 0 else "")
        ) }}
    {% endif %}
{% endmacro %}


{# DuckDB cannot tell `marts.recommendations` in the file marts.duckdb from the table
   `recommendations` of a schema in another file. #}
{% macro validate_database_name() %}
    {% set schemas = graph.nodes.values() | map(attribute="schema") | list %}
    {% if target.type == "duckdb" and target.database in schemas %}
        {{ exceptions.raise_compiler_error(
            "The database file is named `" ~ target.database ~ "`, like a schema in it,"
            ~ " and DuckDB cannot tell the two apart: give it another name, such as"
            ~ " PRECISION_MARKETING_DATABASE=precision_marketing.duckdb."
        ) }}
    {% endif %}
{% endmacro %}
