# Command history of Roosthold for fish, written by `roost history hook fish`.
# Appends one line of JSON per command to a file of this shell. fish has no clock of its own, so it
# starts `date`; nothing else but, once, mkdir.
if status is-interactive; and not set -q __roost_file
    set -g __roost_dir @SPOOL@
    set -g __roost_session fish-$fish_pid-(command date +%s)
    set -g __roost_file $__roost_dir/$__roost_session.jsonl
    set -g __roost_n 0
    set -g __roost_clock +%s%3N
    if not string match -qr '^[0-9]{13}$' -- (command date +%s%3N 2>/dev/null)
        set -g __roost_clock +%s000
    end

    # A text as it stands between the quotes of JSON. Lines come one by one and are joined again.
    function __roost_json
        set -l s (string join -- '\\n' (string replace -ar -- '(["\\\\])' '\\\\$1' $argv[1]))
        if string match -qr '[\x01-\x1f]' -- $s
            for i in (seq 1 31)
                set -l hex (printf '%02x' $i)
                set s (string replace -ar -- "\\x$hex" '\\\\u00'$hex $s)
            end
        end
        printf '%s' $s
    end

    set -g __roost_json_host (__roost_json "$hostname")
    set -g __roost_json_user (__roost_json "$USER")

    function __roost_postexec --on-event fish_postexec
        set -l code $status
        set -l duration $CMD_DURATION
        if test -z "$argv[1]"; or string match -qr '^\s' -- "$argv[1]"
            return
        end
        set -l finish (command date $__roost_clock)
        if not test -f $__roost_file
            command mkdir -p -m 700 $__roost_dir
            begin
                set -l umask_was (umask)
                umask 077
                true >>$__roost_file
                umask $umask_was
            end
        end
        set __roost_n (math $__roost_n + 1)
        printf '\n{"v":1,"n":%d,"start":%d,"duration":%d,"exit":%d,"shell":"fish","session":"%s","host":"%s","author":"%s","cwd":"%s","command":"%s"}\n' \
            $__roost_n (math $finish - $duration) $duration $code $__roost_session \
            "$__roost_json_host" "$__roost_json_user" (__roost_json "$PWD") \
            (__roost_json "$argv[1]") >>$__roost_file 2>/dev/null
    end
end
