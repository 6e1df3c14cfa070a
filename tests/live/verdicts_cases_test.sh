#!/bin/bash
# The matrix of verdicts (verdicts/run.sh), its part: small situations made by the actor alone.
# runs first: it takes long, and waits most of the time
exec tests/live/verdicts/run.sh cases
