"""Reading CSV files as RFC 4180 says, without a guess."""
