#!/bin/sh
# run.sh SECONDS TARGET...: each target so long, from its corpus in tests/fuzz/corpus, as many side by side as
# there are processors; what it finds is kept beside it in the build. Fails where an input breaks one, and
# says where that lies.
if [ "$1" != --one ]; then
    seconds=$1
    shift
    printf '%s\n' "$@" | xargs -n 1 -P "$(nproc 2>/dev/null || echo 2)" "$0" --one "$seconds"
    exit
fi
seconds=$2 target=$3
name=$(basename "$target" _target)
kept=$target.corpus
mkdir -p "$kept"
if "$target" -max_total_time="$seconds" -timeout=10 -rss_limit_mb=1024 -max_len=4096 -print_final_stats=1 \
    -artifact_prefix="$target." "$kept" "tests/fuzz/corpus/$name" >"$target.said" 2>&1; then
    echo "ok   fuzz $name: $(sed -n 's/^stat::number_of_executed_units: *//p' "$target.said") inputs in $seconds s"
    exit 0
fi
said=$(tail -n 30 "$target.said")
printf 'FAIL fuzz %s:\n%s\n' "$name" "$said"
exit 1
