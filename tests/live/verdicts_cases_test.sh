#!/bin/bash
# The matrix of verdicts (verdicts/run.sh), its part: small situations made by the actor alone.
# runs alone: it has rows side by side
exec tests/live/verdicts/run.sh cases
