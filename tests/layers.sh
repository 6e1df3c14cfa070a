#!/bin/sh
# The rules of the house: see layers.py. BUILD_DIR is the build whose object files are read.
exec python3 "$(dirname "$0")/layers.py" "${BUILD_DIR:-build}"
