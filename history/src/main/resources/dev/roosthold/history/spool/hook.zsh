# Command history of Roosthold for zsh, written by `roost history hook zsh`.
# Appends one line of JSON per command to a file of this shell; starts no program but, once, mkdir.
if [[ -o interactive && -z ${__roost_file-} ]]; then
zmodload zsh/datetime
autoload -Uz add-zsh-hook
typeset -g __roost_dir=@SPOOL@
typeset -g __roost_session="zsh-$$-$EPOCHSECONDS"
typeset -g __roost_file="$__roost_dir/$__roost_session.jsonl"
typeset -gi __roost_n=0 __roost_start=0
typeset -g __roost_typed=''

# The time in milliseconds, to REPLY.
__roost_now() {
    REPLY=$((epochtime[1] * 1000 + epochtime[2] / 1000000))
}

# A text as it stands between the quotes of JSON, to REPLY. Byte by byte: it need not be UTF-8.
__roost_json() {
    emulate -L zsh
    setopt no_multibyte
    local s=$1 b='\' q='"' c hex
    integer i
    s=${s//$b/$b$b}
    s=${s//$q/$b$q}
    if [[ $s == *[[:cntrl:]]* ]]; then
        s=${s//$'\n'/${b}n}
        s=${s//$'\t'/${b}t}
        if [[ $s == *[[:cntrl:]]* ]]; then
            for ((i = 0; i < 32; i++)); do
                hex=${(l:2::0:)$(([##16]i))}
                c=${(g::):-"\\x$hex"}
                s=${s//$c/${b}u00$hex}
            done
        fi
    fi
    REPLY=$s
}

__roost_preexec() {
    local REPLY
    __roost_now
    __roost_start=$REPLY
    __roost_typed=$1
}

__roost_precmd() {
    local code=$? REPLY end command cwd host user
    if ((__roost_start)) && [[ -n $__roost_typed && $__roost_typed != [[:space:]]* ]]; then
        __roost_now; end=$REPLY
        __roost_json "$__roost_typed"; command=$REPLY
        __roost_json "$PWD"; cwd=$REPLY
        __roost_json "$HOST"; host=$REPLY
        __roost_json "${USER:-$LOGNAME}"; user=$REPLY
        [[ -f $__roost_file ]] || (umask 077; command mkdir -p "$__roost_dir"; : >>|"$__roost_file") 2>/dev/null
        ((++__roost_n))
        { print -rn -- $'\n{"v":1,"n":'"$__roost_n,\"start\":$__roost_start,\"duration\":$((end - __roost_start)),\"exit\":$code,\"shell\":\"zsh\",\"session\":\"$__roost_session\",\"host\":\"$host\",\"author\":\"$user\",\"cwd\":\"$cwd\",\"command\":\"$command\"}"$'\n' >>|"$__roost_file" } 2>/dev/null
    fi
    __roost_start=0
    __roost_typed=''
    return $code
}

add-zsh-hook preexec __roost_preexec
add-zsh-hook precmd __roost_precmd
fi
