"""The whole build beside a pipeline that one would write with public libraries."""
