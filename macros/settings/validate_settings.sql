{# Runs before every build: a wrong setting stops it with one sentence that names the
   setting and the fix. The checks of what the inputs point to are in
   validate_inputs.sql. #}
{% macro validate_settings() %}
    {% if execute %}
        {% do precision_marketing.validate_session() %}
        {% do precision_marketing.validate_names() %}
        {% for record in precision_marketing.settings_table() %}
            {% set value = precision_marketing.setting(record.var, record.key) %}
            {% do precision_marketing.check_setting(record, value) %}
        {% endfor %}
        {% do precision_marketing.validate_scorer_settings() %}
        {% do precision_marketing.validate_label_days() %}
        {% do precision_marketing.validate_database_name() %}
        {% do precision_marketing.validate_input_folder() %}
        {% do precision_marketing.validate_inputs() %}
        {% do precision_marketing.validate_left_out_rules() %}
    {% endif %}
    {{ return("select 1") }}
{% endmacro %}


{# Labels of `train` end where those of `test` begin. #}
{% macro validate_label_days() %}
    {% set train = precision_marketing.setting("windows", "train_labels_start_on") %}
    {% set test = precision_marketing.setting("windows", "test_labels_start_on") %}
    {% if train and test and train | string >= test | string %}
        {% do precision_marketing.setting_error("windows.train_labels_start_on", train,
            "a day before `windows.test_labels_start_on`, which is " ~ test) %}
    {% endif %}
{% endmacro %}


{# What the environment gives is checked like the var, and before files are looked for:
   a file in the folder's place would else be a folder without any. #}
{% macro validate_input_folder() %}
    {% set folder = env_var("PRECISION_MARKETING_INPUT_DIR", "") %}
    {% if not precision_marketing.is_of_kind({"kind": "folder"}, folder) %}
        {% do precision_marketing.setting_error("PRECISION_MARKETING_INPUT_DIR", folder,
            precision_marketing.expected_value({"kind": "folder"})) %}
    {% endif %}
    {% set folder = precision_marketing.input_folder() %}
    {% if folder and not precision_marketing.setting("inputs")
        and precision_marketing.file_count(folder) > 0 %}
        {% do precision_marketing.setting_error("input_dir", folder,
            "the folder that holds this file") %}
    {% endif %}
{% endmacro %}
