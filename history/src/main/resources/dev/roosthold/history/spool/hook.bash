# Command history of Roosthold for bash, written by `roost history hook bash`.
# Appends one line of JSON per command to a file of this shell; starts no program but, once, mkdir.
if [[ $- == *i* && -z ${__roost_file-} ]]; then
__roost_dir=@SPOOL@
__roost_session="bash-$$-${EPOCHSECONDS:-$(command date +%s)}"
__roost_file="$__roost_dir/$__roost_session.jsonl"
__roost_n=0 __roost_first='' __roost_typed='' __roost_start=0 __roost_armed=0 __roost_last=''
__roost_host=${HOSTNAME:-$(command hostname)}
__roost_user=${USER:-${LOGNAME:-}}

# The time in milliseconds, to REPLY.
__roost_now() {
    local LC_ALL=C t
    if [[ -n ${EPOCHREALTIME-} ]]; then
        t=${EPOCHREALTIME/[.,]/}
        REPLY=${t%???}
    elif ((BASH_VERSINFO[0] > 4 || (BASH_VERSINFO[0] == 4 && BASH_VERSINFO[1] >= 2))); then
        printf -v REPLY '%(%s)T000' -1
    else
        REPLY=$(command date +%s)000
    fi
}

# A text as it stands between the quotes of JSON, to REPLY. Byte by byte: it need not be UTF-8.
__roost_json() {
    local LC_ALL=C s=$1 b='\' q='"' c i hex
    s=${s//"$b"/"$b$b"}
    s=${s//"$q"/"$b$q"}
    if [[ $s == *[[:cntrl:]]* ]]; then
        c=$'\n'; s=${s//"$c"/"${b}n"}
        c=$'\t'; s=${s//"$c"/"${b}t"}
        if [[ $s == *[[:cntrl:]]* ]]; then
            for ((i = 1; i < 32; i++)); do
                printf -v hex '%02x' "$i"
                printf -v c "${b}x$hex"
                s=${s//"$c"/"${b}u00$hex"}
            done
        fi
    fi
    REPLY=$s
}

# One command that has ended: text, exit code, start and end.
__roost_write() {
    local command cwd host user
    [[ $1 == [[:space:]]* || -z $1 ]] && return
    __roost_json "$1"; command=$REPLY
    __roost_json "$PWD"; cwd=$REPLY
    __roost_json "$__roost_host"; host=$REPLY
    __roost_json "$__roost_user"; user=$REPLY
    [[ -f $__roost_file ]] || (umask 077; command mkdir -p "$__roost_dir"; : >>"$__roost_file")
    ((++__roost_n))
    printf '\n{"v":1,"n":%d,"start":%d,"duration":%d,"exit":%d,"shell":"bash","session":"%s","host":"%s","author":"%s","cwd":"%s","command":"%s"}\n' \
        "$__roost_n" "$3" "$(($4 - $3))" "$2" "$__roost_session" "$host" "$user" "$cwd" "$command" \
        >>"$__roost_file"
}

# After a command: what it was and how it ended.
__roost_precmd() {
    local code=$? REPLY end line number text
    if [[ -n $__roost_typed ]]; then
        text=$__roost_typed
    elif ((__roost_start)); then
        # A line that begins with a blank, or that is not to be in the history for another reason,
        # leaves the number as it was; so does the same line again.
        line=$(HISTTIMEFORMAT='' builtin history 1)
        line=${line#"${line%%[![:space:]]*}"}
        number=${line%%[!0-9]*}
        text=${line#"$number"}
        text=${text#[\* ]}
        text=${text# }
        if [[ $number == "$__roost_last" && (-z $__roost_first || $text != *"$__roost_first"*) ]]; then
            text=''
        fi
        __roost_last=$number
    fi
    if ((__roost_start)) && [[ -n $text ]]; then
        __roost_now; end=$REPLY
        { __roost_write "$text" "$code" "$__roost_start" "$end"; } 2>/dev/null
    fi
    __roost_start=0 __roost_first='' __roost_typed=''
    return "$code"
}

# With bash-preexec, which tells the line.
__roost_preexec() {
    local REPLY
    __roost_now
    __roost_start=$REPLY __roost_typed=$1
}

if [[ -n ${bash_preexec_imported:-${__bp_imported:-}} ]]; then
    preexec_functions+=(__roost_preexec)
    precmd_functions+=(__roost_precmd)
else
    __roost_last=$(HISTTIMEFORMAT='' builtin history 1)
    __roost_last=${__roost_last#"${__roost_last%%[![:space:]]*}"}
    __roost_last=${__roost_last%%[!0-9]*}
    if ((BASH_VERSINFO[0] > 4 || (BASH_VERSINFO[0] == 4 && BASH_VERSINFO[1] >= 4))); then
        # Expanded after a line was read, in this shell.
        if [[ -n ${EPOCHREALTIME-} ]]; then
            PS0+='${__roost_file:0:$((__roost_start=${EPOCHREALTIME/[.,]/}/1000,__roost_armed=1,0))}'
        else
            PS0+='${__roost_file:0:$((__roost_start=$(printf "%(%s)T" -1)*1000,__roost_armed=1,0))}'
        fi
        # Notes the first simple command of a line, to know a repeated line from a hidden one.
        if [[ -z $(trap -p DEBUG) ]]; then
            trap 'if ((__roost_armed)); then __roost_armed=0; __roost_first=$BASH_COMMAND; fi' DEBUG
        fi
    else
        if [[ -z $(trap -p DEBUG) ]]; then
            trap 'if ((__roost_armed)); then __roost_armed=0; __roost_first=$BASH_COMMAND; __roost_now; __roost_start=$REPLY; fi' DEBUG
        fi
        __roost_arm() { __roost_armed=1; }
    fi
    if [[ $(declare -p PROMPT_COMMAND 2>/dev/null) == 'declare -a'* ]]; then
        PROMPT_COMMAND=(__roost_precmd "${PROMPT_COMMAND[@]}")
        declare -F __roost_arm >/dev/null && PROMPT_COMMAND+=(__roost_arm)
    else
        PROMPT_COMMAND="__roost_precmd${PROMPT_COMMAND:+; $PROMPT_COMMAND}"
        declare -F __roost_arm >/dev/null && PROMPT_COMMAND+='; __roost_arm'
    fi
fi
fi
