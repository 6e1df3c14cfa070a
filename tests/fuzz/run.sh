#!/bin/sh
# run.sh SECONDS TARGET...: each target so long, from its corpus in tests/fuzz/corpus; what it finds is
# kept beside it in the build. Fails at the first input that breaks one, and says where that lies.
seconds=$1
shift
status=0
for target; do
    name=$(basename "$target" _target)
    kept=$target.corpus
    mkdir -p "$kept"
    if "$target" -max_total_time="$seconds" -timeout=10 -rss_limit_mb=1024 -max_len=4096 -print_final_stats=1 \
        -artifact_prefix="$target." "$kept" "tests/fuzz/corpus/$name" >"$target.said" 2>&1; then
        echo "ok   fuzz $name: $(sed -n 's/^stat::number_of_executed_units: *//p' "$target.said") inputs in $seconds s"
    else
        echo "FAIL fuzz $name:"
        tail -n 30 "$target.said"
        status=1
    fi
done
exit $status
