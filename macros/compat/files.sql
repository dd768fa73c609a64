{# How many files a path names. Files are read on DuckDB only. #}
{% macro file_count(path) %}
    {{ return(adapter.dispatch("file_count", "precision_marketing")(path)) }}
{% endmacro %}

{% macro default__file_count(path) %}
    {{ return(run_query("select file from glob(" ~ precision_marketing.text_literal(
        precision_marketing.glob_literal(path)) ~ ")") | length) }}
{% endmacro %}

{% macro spark__file_count(path) %}
    {{ return(precision_marketing.folder_listing(path)) }}
{% endmacro %}


{# Every file of a folder, at any depth, as a SELECT: file_name (below the folder),
   file_path, file_format (csv, csv.gz, parquet; '' for others), input_name (null where it
   is none) and resembles (the input that a file which is not read may be meant as).
   Files are read on DuckDB only; on other engines inputs are tables. #}
{% macro folder_listing(folder) %}
    {{ return(adapter.dispatch("folder_listing", "precision_marketing")(folder)) }}
{% endmacro %}

{% macro default__folder_listing(folder) %}
    {% set names = precision_marketing.input_contract().keys() | list %}
    {% set pattern = "'^(" ~ names | join("|") ~ ")([-_.][0-9][-_.0-9]*)?$'" %}
    select
        file_name,
        file_path,
        file_format,
        input_name,
        case when input_name is null and is_like_data then (
            select known.name
            from (select unnest({{ names }}) as name) as known
            where {{ precision_marketing.is_like_input("stem", "known.name") }}
                or is_in_folder and {{ precision_marketing.is_like_input("top", "known.name") }}
            order by damerau_levenshtein(stem, known.name), known.name
            limit 1
        ) end as resembles
    from (
        select
            *,
            case
                when file_format = '' then null
                when not is_in_folder then nullif(regexp_extract(stem, {{ pattern }}, 1), '')
                when top in ({{ precision_marketing.text_list(names) }}) then top
            end as input_name,
            -- Documents may be named like an input, and stand beside its files.
            not regexp_matches(base_name, {{ precision_marketing.document_pattern() }})
                as is_like_data
        from ({{ precision_marketing.named_files(folder) }}) as named
    ) as matched
{% endmacro %}

{% macro spark__folder_listing(folder) %}
    {{ exceptions.raise_compiler_error(
        "The var `input_dir` works on DuckDB only: on Spark set `inputs`."
    ) }}
{% endmacro %}


{# Files of a folder and the parts of their names in lower case. What begins with a dot,
   `_` or `~` is left out, as by Hive, Spark and offices: it is hidden or not finished. #}
{% macro named_files(folder) %}
    select
        *,
        case
            when file_format = '' then split_part(base_name, '.', 1)
            else left(base_name, length(base_name) - length(file_format) - 1)
        end as stem
    from (
        select
            *,
            parts[-1] as base_name,
            -- Spark names a folder of parts like a file: `events.parquet`.
            regexp_replace(parts[1], '\.(csv|parquet)$', '') as top,
            len(parts) > 1 as is_in_folder,
            regexp_extract(parts[-1], '\.(csv\.gz|csv|parquet)$', 1) as file_format
        from (
            select
                file as file_path,
                substr(file, {{ folder | length + 2 }}) as file_name,
                string_split(lower(substr(file, {{ folder | length + 2 }})), '/')
                    as parts
            from glob({{ precision_marketing.text_literal(
                precision_marketing.glob_literal(folder) ~ "/**") }})
        ) as listed
        where not regexp_matches(file_name, '(^|/)[._~]')
    ) as parted
{% endmacro %}


{# Names of documents, which are no data whatever they are about. #}
{% macro document_pattern() -%}
    '(^readme[^/]*|\.(md|rst|sql|py|r|ipynb|ya?ml|toml|html?|pdf|docx?|png|jpe?g|svg|log|sh|sha256|md5|crc))$'
{%- endmacro %}


{# Whether a name is an input's but for what is easily mistaken: signs, one letter of
   five or two of nine, the plural, a word before or behind, a first word left out. #}
{% macro is_like_input(word, name) %}
    {%- set letters = "regexp_replace(" ~ word ~ ", '[^a-z]', '', 'g')" -%}
    {%- set known = "replace(" ~ name ~ ", '_', '')" -%}
    (
        damerau_levenshtein({{ letters }}, {{ known }})
            <= case when length({{ known }}) < 9 then 1 else 2 end
        or regexp_matches(
            regexp_replace({{ word }}, '[^a-z]+', '_', 'g'),
            '(^|_)' || {{ name }} || '(_|$)'
        )
        or {{ letters }} = nullif(split_part({{ name }}, 'campaign_', 2), '')
        or (
            length({{ letters }}) > 5
            and starts_with({{ known }}, rtrim({{ letters }}, 's'))
        )
    )
{%- endmacro %}


{# A path in which no sign stands for others, for a place where patterns are read. #}
{% macro glob_literal(path) %}
    {{ return(modules.re.sub("([*?\\[])", "[\\1]", path)) }}
{% endmacro %}


{# Files that are named Parquet and are none: DuckDB would say it in its words. They are
   read whole for it, the smallest first, up to 64 MB together. #}
{% macro parquet_faults(files) %}
    {% set parquet = files | selectattr("input_name")
        | selectattr("file_format", "equalto", "parquet") | list %}
    {% set faults = [] %}
    {% if parquet %}
        {% set paths = precision_marketing.path_list(parquet) %}
        {% set small = run_query("select filename as file_path from read_blob(" ~ paths
            ~ ") qualify sum(size) over (order by size, filename) < 64000000") | list %}
        {% set wrong = run_query("select filename from read_blob("
            ~ precision_marketing.path_list(small) ~ ") where content[:4] <>"
            ~ " 'PAR1'::blob or content[-4:] <> 'PAR1'::blob order by filename"
        ) if small else [] %}
        {% for row in wrong %}
            {% do faults.append("The file `" ~ row[0] ~ "` is no Parquet file: write it"
                ~ " again, or name it by what it is.") %}
        {% endfor %}
    {% endif %}
    {{ return(faults) }}
{% endmacro %}


{# Parquet files as something that can stand after FROM. Those of one schema are read
   together; between schemas columns are united by name, and one whose types differ is
   text in all, which loses nothing: staging types it. With `has_file` the column
   `_input_file` says where a row is from. #}
{% macro parquet_relation(files, has_file=false) %}
    {% set groups = precision_marketing.parquet_schemas(files, has_file) %}
    {% set types = {} %}
    {% for group in groups %}
        {% for name, type in group.columns %}
            {% do types.setdefault(name | lower, []).append(type) %}
        {% endfor %}
    {% endfor %}
    {% if groups | length == 1 %}{{ return(groups[0].relation) }}{% endif %}
    {% set selects = [] %}
    {% for group in groups %}
        {% set columns = [] %}
        {% for name, type in group.columns %}
            {% set quoted = adapter.quote(name) %}
            {% do columns.append(
                (quoted if types[name | lower] | unique | list | length == 1
                    else "cast(" ~ quoted ~ " as varchar)")
                ~ " as " ~ adapter.quote(name | lower)
            ) %}
        {% endfor %}
        {% do selects.append(
            "select " ~ columns | join(", ") ~ " from " ~ group.relation) %}
    {% endfor %}
    {{ return("(" ~ selects | join(" union all by name ") ~ ") as parts") }}
{% endmacro %}


{# Parquet files by their schemas: [{relation, columns: [(name, type)], path of one}]. #}
{% macro parquet_schemas(files, has_file) %}
    {% set groups = [[files[0].file_path]] %}
    {% if files | length > 1 %}
        {% set rows = run_query(
            "select string_agg(file_name, chr(10) order by file_name) as paths from ("
            ~ "select file_name, string_agg(concat_ws(' ', name, type, converted_type,"
            ~ " logical_type, scale, precision, num_children), chr(10) order by name)"
            ~ " as schema from parquet_schema(" ~ precision_marketing.path_list(files)
            ~ ") group by file_name) group by schema order by paths"
        ) %}
        {% set groups = [] %}
        {% for row in rows %}{% do groups.append(row[0].split("\n")) %}{% endfor %}
    {% endif %}
    {% set found = [] %}
    {% for paths in groups %}
        {% set relation = precision_marketing.read_parquet(paths, has_file) %}
        {% set columns = [] %}
        {% for row in run_query("describe select * from "
            ~ precision_marketing.read_parquet(paths[:1], has_file)) %}
            {% do columns.append((row[0], row[1])) %}
        {% endfor %}
        {% do found.append(
            {"relation": relation, "columns": columns, "path": paths[0]}) %}
    {% endfor %}
    {{ return(found) }}
{% endmacro %}


{# A `name=value` folder is a column of text, and so is one of bytes, as which old
   programs write texts. #}
{% macro read_parquet(paths, has_file) %}
    {% set literals = [] %}
    {% for path in paths %}
        {% do literals.append(precision_marketing.glob_literal(path)) %}
    {% endfor %}
    {{ return("read_parquet([" ~ precision_marketing.text_list(literals)
        ~ "], hive_partitioning = true, hive_types_autocast = false"
        ~ ", binary_as_string = true"
        ~ (", filename = '_input_file')" if has_file else ")")) }}
{% endmacro %}


{% macro path_list(files) %}
    {% set literals = [] %}
    {% for file in files %}
        {% do literals.append(precision_marketing.glob_literal(file.file_path)) %}
    {% endfor %}
    {{ return("[" ~ precision_marketing.text_list(literals) ~ "]") }}
{% endmacro %}


{# Texts as SQL literals with commas between them. #}
{% macro text_list(texts) %}
    {% set literals = [] %}
    {% for text in texts %}
        {% do literals.append(precision_marketing.text_literal(text)) %}
    {% endfor %}
    {{ return(literals | join(", ")) }}
{% endmacro %}


{# Column names of anything that can stand after FROM, in lower case. #}
{% macro query_columns(relation) %}
    {% set rows = run_query("select * from " ~ relation ~ " limit 0") %}
    {{ return(rows.column_names | map("lower") | list) }}
{% endmacro %}


{# Whether the database has a table or view. Asked by a query of its own: in a hook
   `adapter.get_relation` begins a transaction that takes the next hook's tables back. #}
{% macro has_relation(database, schema, identifier) %}
    {{ return(adapter.dispatch("has_relation", "precision_marketing")(
        database, schema, identifier)) }}
{% endmacro %}

{% macro default__has_relation(database, schema, identifier) %}
    {% set conditions = [] %}
    {% for column, name in [
        ("catalog", database), ("schema", schema), ("name", identifier)] %}
        {% do conditions.append("lower(table_" ~ column ~ ") = lower("
            ~ precision_marketing.text_literal(name) ~ ")") %}
    {% endfor %}
    {{ return(run_query("select 1 as found from information_schema.tables where "
        ~ conditions | join(" and ")).rows | length > 0) }}
{% endmacro %}

{% macro spark__has_relation(database, schema, identifier) %}
    {{ return(adapter.get_relation(database, schema, identifier) is not none) }}
{% endmacro %}
