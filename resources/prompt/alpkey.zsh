# alpkey_prompt: the time left and the free keys of the day, for a prompt.
#   setopt prompt_subst; PROMPT='$(alpkey_prompt) %~ %# '
# Without the subshell: precmd_functions+=(alpkey_prompt_update) and "$ALPKEY_PROMPT" in PROMPT.
# It starts no process.  ALPKEY_PROMPT_STATE is valid, expiring, expired, missing, broken or
# not-yet-valid, and empty where nothing is known.
zmodload zsh/datetime
typeset -g __alpkey_look=@LOOK@

alpkey_prompt_update() {
    local code=$?
    emulate -L zsh
    local version from to keys lead mtime size file end free='?' colour=red
    integer now=$EPOCHSECONDS left used=0
    typeset -g ALPKEY_PROMPT= ALPKEY_PROMPT_TEXT= ALPKEY_PROMPT_STATE=
    { IFS=' ' read -r version from to keys lead mtime size file <$__alpkey_look } 2>/dev/null ||
        return $code
    [[ $version == 1 && $from == <-> && $to == <-> && $lead == <-> && $mtime == <-> &&
        $size == <-> && -n $file && $keys == <->:* ]] || return $code
    local limit=${keys%%:*} ends=${keys#*:}
    # Nothing but digits may reach arithmetic, where zsh would run what a subscript says.
    [[ $ends == '?' || $ends != *[^0-9,]* ]] || return $code
    if (( size == 0 )); then
        ALPKEY_PROMPT_TEXT='no key' ALPKEY_PROMPT_STATE=missing
    elif (( to == 0 )); then
        ALPKEY_PROMPT_TEXT=broken ALPKEY_PROMPT_STATE=broken
    elif (( now < from )); then
        ALPKEY_PROMPT_TEXT='not yet valid' ALPKEY_PROMPT_STATE=not-yet-valid
    else
        if [[ $ends != '?' ]]; then
            for end in ${(s:,:)ends}; do (( end > now && used++, 1 )); done
            free=$(( limit > used ? limit - used : 0 ))
        fi
        left=$(( to - now )) ALPKEY_PROMPT_STATE=valid colour=green
        if (( left <= 0 )); then
            ALPKEY_PROMPT_TEXT=expired ALPKEY_PROMPT_STATE=expired colour=red
        elif (( to >= 253402300799 )); then
            ALPKEY_PROMPT_TEXT=forever
        else
            printf -v ALPKEY_PROMPT_TEXT '%dh%02dm' $(( left / 3600 )) $(( left / 60 % 60 ))
            (( left < lead )) && ALPKEY_PROMPT_STATE=expiring colour=yellow
        fi
        ALPKEY_PROMPT_TEXT+=" $free/$(( limit ))"
    fi
    ALPKEY_PROMPT=$ALPKEY_PROMPT_TEXT
    [[ -n ${NO_COLOR-} ]] || ALPKEY_PROMPT="%F{$colour}$ALPKEY_PROMPT_TEXT%f"
    return $code
}

alpkey_prompt() {
    local code=$? ALPKEY_PROMPT ALPKEY_PROMPT_TEXT ALPKEY_PROMPT_STATE
    alpkey_prompt_update
    print -rn -- $ALPKEY_PROMPT
    return $code
}
