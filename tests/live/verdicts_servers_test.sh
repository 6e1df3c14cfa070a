#!/bin/bash
# The matrix of verdicts (verdicts/run.sh), its part: databases, web and X servers, and the like.
# runs alone: it has rows side by side
exec tests/live/verdicts/run.sh servers
