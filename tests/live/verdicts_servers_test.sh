#!/bin/bash
# The matrix of verdicts (verdicts/run.sh), its part: databases, web and X servers, and the like.
# runs first: it takes long, and waits most of the time
exec tests/live/verdicts/run.sh servers
