#!/bin/bash
# The matrix of verdicts (verdicts/run.sh), its part: languages, libraries, and databases by emulation.
# runs alone: it has rows side by side
exec tests/live/verdicts/run.sh clients
