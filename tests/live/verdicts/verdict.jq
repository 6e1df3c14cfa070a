# What differs between the findings the monitor reports and those a row of the table expects: one
# sentence each, none where the verdict is right; then "judged".
#
# Expected are items, separated by ';': [?]SEVERITY[/SEVERITY…] RULE [names=PID,…] [not=PID,…]
# [says=NUMBER,…] [about=ID] [title=REGEX] [advice=REGEX] [unadvised=REGEX] or orphans=N. A '?' item
# may be missing, '_' in a REGEX is a space.

def options: map(split("=") | {(.[0]): (.[1:] | join("="))}) | add // {};
def items($expected): $expected | split(";") | map(split(" ") | map(select(. != "")) | select(length > 0 and .[0] != "-"));
def findings_expected($expected):
    [items($expected)[] | select(.[0] | startswith("orphans=") | not) |
        {text: join(" "), optional: (.[0] | startswith("?")), severities: (.[0] | ltrimstr("?") | split("/")),
         rules: (.[1] | split("/"))} + {options: (.[2:] | options)}];
def orphans_expected($expected):
    [items($expected)[] | .[0] | select(startswith("orphans=")) | ltrimstr("orphans=") | tonumber] | .[0] // 0;

# A number as a word of its own: not part of 123, 1.2 or an identifier.
def has_number($n): test("(^|[^0-9A-Za-z_.])" + $n + "($|[^0-9A-Za-z_.]|[.]($|[^0-9]))");
def has_all($text; $numbers): ($numbers // "") | split(",") | all(. as $n | $text | has_number($n));
def has_any($text; $numbers): ($numbers // "") | split(",") | any(. as $n | $text | has_number($n));
def pattern: gsub("_"; " ");
def fits($text; $regex): $regex == null or ($text | test($regex | pattern; "i"));

def matches($e; $f):
    ($f.title + " " + $f.evidence + " " + $f.advice) as $all |
    ($e.rules | index($f.rule)) != null and ($e.severities | index($f.severity)) != null and
    has_all($all; $e.options.names) and has_all($f.title + " " + $f.evidence; $e.options.says) and
    (has_any($f.title + " " + $f.advice; $e.options.not) | not) and
    ($e.options.about == null or ($f.id | tostring) == $e.options.about) and
    fits($f.title; $e.options.title) and fits($f.advice; $e.options.advice) and
    ($e.options.unadvised == null or (fits($f.advice; $e.options.unadvised) | not));

def sentence: "\(.severity) \(.rule): \(.title) (\(.evidence)) [\(.advice)]";

def differences($expected):
    (.findings | map(select(.rule != "stuck"))) as $findings | # a busy machine is none of the table's business
    findings_expected($expected) as $items | orphans_expected($expected) as $orphans |
    ([.segments, .semaphores, .queues] | map(.[]? | select(.orphan == true)) | length) as $found |
    ($items[] | . as $e | [$findings[] | select(matches($e; .))] | length |
        if . == 0 and ($e.optional | not) then "lacks \($e.text)"
        elif . > 1 then "says \(.) times \($e.text)"
        else empty end),
    ($findings[] | . as $f | select([$items[] | select(matches(.; $f))] == []) | "should not say \(sentence)"),
    (if $found != $orphans then "calls \($found) objects orphans, not \($orphans)" else empty end);

.expected as $expected | .said | differences($expected), "judged"
