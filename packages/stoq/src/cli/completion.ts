import { StoqError } from '../errors.ts'
import { StoqHelp } from './args.ts'
import { exitStatus } from './main.ts'

/** `stoq completion SHELL`: the script that makes a shell complete words. With `suggest` before words: what may follow. */
export async function completion(words: string[]): Promise<number> {
  const [shell = '', ...rest] = words
  if (shell === '-h' || shell === '--help') throw new StoqHelp(help)
  if (shell === 'suggest') {
    const { suggest } = await import('./suggest.ts')
    process.stdout.write(`${(await suggest(rest)).join('\n')}\n`)
    return exitStatus.ok
  }
  const script = Object.hasOwn(scripts, shell) && rest.length === 0 ? scripts[shell as Shell] : undefined
  if (script === undefined) throw new StoqError('STOQ_CLI_USAGE', [usage])
  process.stdout.write(script)
  return exitStatus.ok
}

const help = `Prints a script for bash, zsh or fish, and how to use it in its first line:

  source <(stoq completion bash)`

const usage = 'completion needs the name of a shell: stoq completion bash, zsh or fish'

type Shell = keyof typeof scripts

/**
 * The scripts know nothing of stoQ: for each Tab they ask `stoq completion suggest WORD...`, whose last word is the one
 * under the cursor. It answers `word<TAB>what it is`, or a word alone, on a line each, or `:files` or `:folders`.
 */
const scripts = {
  bash: `# stoq completion bash: put \`source <(stoq completion bash)\` into ~/.bashrc
_stoq() {
  local word line words=() last glue cut IFS=$'\\n'
  # bash cuts words at = and : and hands these over as words of their own.
  for word in "\${COMP_WORDS[@]:1:COMP_CWORD}"; do
    last=$((\${#words[@]} - 1))
    if [[ $word == '=' ]]; then glue=
    elif [[ $word == ':' && $last -ge 0 ]]; then words[last]+=: glue=1
    elif [[ $glue ]]; then words[last]+=$word glue=
    else words+=("$word"); fi
  done
  [[ \${COMP_WORDS[COMP_CWORD]} == '=' ]] && words+=('')
  last=\${words[\${#words[@]} - 1]}
  [[ $COMP_WORDBREAKS == *:* && $last == *:* ]] && cut=\${last%:*}:
  COMPREPLY=()
  compopt +o default 2>/dev/null
  while read -r line; do
    case $line in
      :files) compopt -o default 2>/dev/null ;;
      :folders) compopt -o default -o dirnames 2>/dev/null ;;
      ?*) line=\${line%%$'\\t'*}; COMPREPLY+=("\${line#"$cut"}") ;;
    esac
  done < <(stoq completion suggest "\${words[@]}" 2>/dev/null)
}
complete -o default -F _stoq stoq
`,
  zsh: `#compdef stoq
# stoq completion zsh: put \`source <(stoq completion zsh)\` into ~/.zshrc, after compinit; or write it to a file _stoq
# in a folder of $fpath.
_stoq() {
  local line
  local -a found
  for line in "\${(@f)$(stoq completion suggest "\${(@)words[2,CURRENT]}" 2>/dev/null)}"; do
    case $line in
      :files) _files ;;
      :folders) _files -/ ;;
      *$'\\t'*) found+=("\${\${line%%$'\\t'*}//:/\\\\:}:\${line#*$'\\t'}") ;;
      ?*) found+=("\${line//:/\\\\:}") ;;
    esac
  done
  (( $#found )) && _describe -t words word found
}
if [[ $funcstack[1] == _stoq ]]; then _stoq "$@"; else compdef _stoq stoq; fi
`,
  fish: `# stoq completion fish: stoq completion fish > ~/.config/fish/completions/stoq.fish
function __stoq_complete
  set -l words (commandline -opc)
  set -l current (commandline -ct)
  for line in (stoq completion suggest $words[2..-1] "$current" 2>/dev/null)
    switch $line
      case ':files'
        __fish_complete_path "$current"
      case ':folders'
        __fish_complete_directories "$current"
      case '?*'
        echo $line
    end
  end
end
complete -c stoq -f -a '(__stoq_complete)'
`,
}
