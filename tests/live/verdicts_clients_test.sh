#!/bin/bash
# The matrix of verdicts (verdicts/run.sh), its part: languages, libraries, and databases by emulation.
# runs first: it takes long, and waits most of the time
exec tests/live/verdicts/run.sh clients
