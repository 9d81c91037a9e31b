"""`spool completion`: prints what lets a shell complete commands, options, commits, branches and paths."""

from argparse import SUPPRESS, ArgumentParser, Namespace

from journal.cli import output
from journal.cli.values import whole
from journal.errors import UsageError

BASH = """\
# Completes `spool` in bash:  eval "$(spool completion bash)"
_spool() {
    local line kind=
    COMPREPLY=()
    while IFS= read -r line; do
        if [[ -z $kind ]]; then kind=$line; else COMPREPLY+=("${line%%$'\\t'*}"); fi
    done < <("${COMP_WORDS[0]/#\\~/$HOME}" completion --words "$COMP_CWORD" -- "${COMP_WORDS[@]}" 2>/dev/null)
    case $kind in
        files) compopt -o default 2>/dev/null ;;
        folders) compopt -o dirnames 2>/dev/null ;;
        paths) compopt -o filenames 2>/dev/null ;;
    esac
    if [[ ${#COMPREPLY[@]} -eq 1 && ${COMPREPLY[0]} == */ ]]; then compopt -o nospace 2>/dev/null; fi
    return 0
}
complete -F _spool spool
"""

ZSH = """\
#compdef spool
# Completes `spool` in zsh:  eval "$(spool completion zsh)"  after compinit, or a file _spool in a folder of $fpath
_spool() {
    local line kind= value
    local -a whole texts open
    while IFS= read -r line; do
        value=${line%%$'\\t'*}
        if [[ -z $kind ]]; then kind=$line
        elif [[ $value == */ ]]; then open+=("$value")
        else whole+=("$value"); texts+=("${line/$'\\t'/  -- }")
        fi
    done < <(${(Q)words[1]/#\\~/$HOME} completion --words $((CURRENT - 1)) -- "${(@Q)words}" 2>/dev/null)
    case $kind in
        files) compset -P '--*='; _files ;;
        folders) compset -P '--*='; _files -/ ;;
        *) compadd -l -d texts -a whole; compadd -S '' -a open ;;
    esac
}
if [[ ${funcstack[1]} == _spool ]]; then _spool "$@"; else compdef _spool spool; fi
"""

FISH = """\
# Completes `spool` in fish:  spool completion fish | source
function __spool_offered
    set -l word (commandline -ct)
    set -l before (commandline -opc)
    set -l lines (command $before[1] completion --words (count $before) -- $before "$word" 2>/dev/null)
    set -l option (string match -r '^--[^=]+=' -- "$word")
    set -l rest (string replace -r '^--[^=]+=' '' -- "$word")
    switch "$lines[1]"
        case files
            for each in (__fish_complete_path "$rest"); echo -- "$option"$each; end
        case folders
            for each in (__fish_complete_directories "$rest"); echo -- "$option"$each; end
        case '*'
            string join \\n -- $lines[2..-1]
    end
end
complete -c spool -f -a '(__spool_offered)'
"""

SCRIPTS = {"bash": BASH, "zsh": ZSH, "fish": FISH}


def describe(parser: ArgumentParser) -> None:
    """Adds the arguments of `spool completion`."""
    parser.usage = "spool completion [OPTION...] bash|zsh|fish"
    parser.epilog = (
        "  bash: eval \"$(spool completion bash)\"          in ~/.bashrc\n"
        "  zsh:  eval \"$(spool completion zsh)\"           in ~/.zshrc, after compinit\n"
        "  fish: spool completion fish | source             in ~/.config/fish/config.fish\n"
        "The script asks the installed spool for what fits, and never has to be made anew."
    )
    parser.add_argument("words", nargs="*", metavar="SHELL", help="bash, zsh or fish")
    parser.add_argument("--words", dest="at", type=whole, metavar="N", help=SUPPRESS)


def run(arguments: Namespace) -> int:
    """Prints the script of a shell; with --words, what such a script asks for: what may stand at a word."""
    if arguments.at is not None:
        from journal.cli import completing

        offer = completing.offered(arguments.words, arguments.at)
        lines = [offer.kind, *(f"{name}\t{about}" if about else name for name, about in offer.names)]
        output.write("".join(f"{line}\n" for line in lines).encode("utf-8", "surrogateescape"))
        return 0
    script = SCRIPTS.get(arguments.words[0]) if len(arguments.words) == 1 else None
    if script is None:
        raise UsageError("completion takes the name of a shell", hint=f"Name one of {', '.join(SCRIPTS)}.")
    output.write(script.encode())
    return 0
