"""The layout of the models, and what the pages repeat of the code, in one parse."""

import sys

import check_manifest
import generate_docs

if __name__ == "__main__":
    sys.exit(check_manifest.main() | generate_docs.main(["--check"]))
