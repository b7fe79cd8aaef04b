# alpkey_prompt: the time left and the free keys of the day, for a prompt.
#   function fish_prompt; alpkey_prompt; echo -n ' '(prompt_pwd)'> '; end
# It starts no process.  ALPKEY_PROMPT_STATE is valid, expiring, expired, missing, broken or
# not-yet-valid, and empty where nothing is known.
set -g __alpkey_look @LOOK@

function alpkey_prompt_update
    set -l code $status
    set -g ALPKEY_PROMPT_TEXT
    set -g ALPKEY_PROMPT_STATE
    # fish has no clock: the time of the file and its age add up to now.
    set -l written (path mtime -- $__alpkey_look)
    or return $code
    set -l age (path mtime -R -- $__alpkey_look)
    or return $code
    set -l line
    path is -fr -- $__alpkey_look
    and read -z line <$__alpkey_look
    string match -rq -- '^1 (?<from>\d+) (?<to>\d+) (?<limit>\d+):(?<ends>\?|[\d,]*) (?<lead>\d+) \d+ (?<size>\d+) [^\n]+\n' "$line"
    or return $code
    set -l now (math $written + $age)
    if test $size -eq 0
        set ALPKEY_PROMPT_TEXT 'no key'
        set ALPKEY_PROMPT_STATE missing
    else if test $to -eq 0
        set ALPKEY_PROMPT_TEXT broken
        set ALPKEY_PROMPT_STATE broken
    else if test $now -lt $from
        set ALPKEY_PROMPT_TEXT 'not yet valid'
        set ALPKEY_PROMPT_STATE not-yet-valid
    else
        set -l free '?'
        if test "$ends" != '?'
            set -l used
            for end in (string split -n , -- "$ends")
                test $end -gt $now
                and set -a used $end
            end
            set free (math "max(0, $limit - $(count $used))")
        end
        set ALPKEY_PROMPT_STATE valid
        if test $to -le $now
            set ALPKEY_PROMPT_TEXT expired
            set ALPKEY_PROMPT_STATE expired
        else if test $to -ge 253402300799
            set ALPKEY_PROMPT_TEXT forever
        else
            set -l minutes (math -s0 "($to - $now) / 60")
            set ALPKEY_PROMPT_TEXT (printf '%dh%02dm' (math -s0 $minutes / 60) (math $minutes % 60))
            test (math $to - $now) -lt $lead
            and set ALPKEY_PROMPT_STATE expiring
        end
        set ALPKEY_PROMPT_TEXT "$ALPKEY_PROMPT_TEXT $free/$limit"
    end
    return $code
end

function alpkey_prompt
    set -l code $status
    alpkey_prompt_update
    if test -n "$NO_COLOR" -o -z "$ALPKEY_PROMPT_TEXT"
        echo -n -- $ALPKEY_PROMPT_TEXT
    else
        switch $ALPKEY_PROMPT_STATE
            case valid
                set_color green
            case expiring
                set_color yellow
            case '*'
                set_color red
        end
        echo -n -- $ALPKEY_PROMPT_TEXT
        set_color normal
    end
    return $code
end
