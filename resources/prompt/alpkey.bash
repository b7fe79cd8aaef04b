# alpkey_prompt: the time left and the free keys of the day, for a prompt.
#   PS1='$(alpkey_prompt) \w \$ '
# Without the subshell: PROMPT_COMMAND=alpkey_prompt_update and "$ALPKEY_PROMPT" in PS1.
# It starts no process.  ALPKEY_PROMPT_STATE is valid, expiring, expired, missing, broken or
# not-yet-valid, and empty where nothing is known.
__alpkey_look=@LOOK@
__alpkey_started=
if ! printf -v __alpkey_started '%(%s)T' -1 2>/dev/null; then
    __alpkey_started=$(($(date +%s) - SECONDS)) # bash before 4.2 has no clock: one date per shell
fi

alpkey_prompt_update() {
    local code=$? IFS=$' \t\n' LC_ALL=C
    local version from to keys lead mtime size path now left free end used=0 limit ends colour=31
    ALPKEY_PROMPT='' ALPKEY_PROMPT_TEXT='' ALPKEY_PROMPT_STATE=''
    { read -r version from to keys lead mtime size path <"$__alpkey_look"; } 2>/dev/null ||
        return "$code"
    # Nothing but digits may reach arithmetic, where bash would run what a subscript says.
    case $version/$from/$to/$lead/$mtime/$size in
    *[!0-9/]* | *//* | */) return "$code" ;;
    1/*) ;;
    *) return "$code" ;;
    esac
    limit=${keys%%:*} ends=${keys#*:}
    case $keys in :* | *:*:* | *[!0-9,:?]*) return "$code" ;; *:*) ;; *) return "$code" ;; esac
    case $limit in *[!0-9]*) return "$code" ;; esac
    case $ends in '?') ;; *'?'*) return "$code" ;; esac
    [ -n "$path" ] || return "$code"
    printf -v now '%(%s)T' -1 2>/dev/null || now=$((__alpkey_started + SECONDS))
    # A leading zero would make a number octal.
    from=$((10#$from)) to=$((10#$to)) lead=$((10#$lead)) size=$((10#$size)) limit=$((10#$limit))
    if ((size == 0)); then
        ALPKEY_PROMPT_TEXT='no key' ALPKEY_PROMPT_STATE=missing
    elif ((to == 0)); then
        ALPKEY_PROMPT_TEXT=broken ALPKEY_PROMPT_STATE=broken
    elif ((now < from)); then
        ALPKEY_PROMPT_TEXT='not yet valid' ALPKEY_PROMPT_STATE=not-yet-valid
    else
        free='?'
        if [ "$ends" != '?' ]; then
            IFS=,
            for end in $ends; do
                [ -n "$end" ] && ((10#$end > now)) && ((used++))
            done
            IFS=$' \t\n'
            free=$((limit > used ? limit - used : 0))
        fi
        left=$((to - now)) ALPKEY_PROMPT_STATE=valid colour=32
        if ((left <= 0)); then
            ALPKEY_PROMPT_TEXT=expired ALPKEY_PROMPT_STATE=expired colour=31
        elif ((to >= 253402300799)); then
            ALPKEY_PROMPT_TEXT=forever
        else
            printf -v ALPKEY_PROMPT_TEXT '%dh%02dm' $((left / 3600)) $((left / 60 % 60))
            ((left < lead)) && ALPKEY_PROMPT_STATE=expiring colour=33
        fi
        ALPKEY_PROMPT_TEXT+=" $free/$limit"
    fi
    ALPKEY_PROMPT=$ALPKEY_PROMPT_TEXT
    # \001 and \002 are what \[ and \] of PS1 become: readline leaves what is between uncounted.
    [ -n "${NO_COLOR-}" ] ||
        ALPKEY_PROMPT=$'\001\e['$colour$'m\002'$ALPKEY_PROMPT_TEXT$'\001\e[0m\002'
    return "$code"
}

alpkey_prompt() {
    local code=$? ALPKEY_PROMPT ALPKEY_PROMPT_TEXT ALPKEY_PROMPT_STATE
    alpkey_prompt_update
    printf '%s' "$ALPKEY_PROMPT"
    return "$code"
}
