#!/bin/sh
# mcp-processes run [--name N] [--] command args...
#
# The extension installs it as <data folder>/bin/mcp-processes, for any MCP client. It puts the server under protection
# and then becomes it (exec): same pid, own exit code and signals, stdin never touched.
# After any failure it prints one line to stderr, and the server runs without protection.
# For dash, bash and BusyBox sh. Every variable begins with _mp_, so that none of the server's own is overwritten.
# scripts/build.mjs replaces the names in capitals between @ by lists from src/known/programs.ts.

_mp_data='@DATA@'
_mp_shell='@SHELL@'
[ -z "$MCP_PROCESSES_HOME" ] || _mp_data=$MCP_PROCESSES_HOME
# The watcher works elsewhere.
case $_mp_data in /*) ;; *) _mp_data=$PWD/$_mp_data ;; esac

# In a subshell, because a write to an stderr without a reader would end this process. stdout belongs to the server.
_mp_say() {
  (printf 'mcp-processes: %s\n' "$1" >&2)
}

_mp_usage() {
  _mp_say "$1"
  _mp_say 'usage: mcp-processes run [--name N] -- command args... | list [--all] [--json] | reap [--dry-run] [--other-clients [--yes]] [--json] | --help'
  exit 2
}

# Sets _mp_pid, _mp_comm, _mp_ppid, _mp_sid, _mp_start and _mp_zombie from one /proc/PID/stat; fails when it is gone.
# The name may contain brackets and line breaks, so the fields start after the last bracket.
_mp_stat() {
  [ -r "/proc/$1/stat" ] || return 1
  _mp_text=
  { while IFS= read -r _mp_line || [ -n "$_mp_line" ]; do _mp_text="$_mp_text$_mp_line"; done; } 2>/dev/null <"/proc/$1/stat"
  case $_mp_text in *\(*\)\ *) ;; *) return 1 ;; esac
  _mp_pid=${_mp_text%% *}
  _mp_comm=${_mp_text#*\(}
  _mp_comm=${_mp_comm%\)*}
  set -- ${_mp_text##*\) }
  [ $# -ge 20 ] || return 1
  _mp_ppid=$2 _mp_sid=$4 _mp_start=${20} _mp_zombie=
  # While other threads run, an exited main thread is no death.
  case $1 in Z | X | x) [ "${18}" -gt 1 ] || _mp_zombie=1 ;; esac
}

# What an interpreter runs: sets _mp_script to the path of its script, or to nothing.
_mp_find_script() {
  _mp_script=
  _mp_lines=$(tr '\0' '\n' <"/proc/$1/cmdline" 2>/dev/null) || return 0
  _mp_first=1
  set -f
  _mp_ifs=$IFS
  IFS='
'
  for _mp_word in $_mp_lines; do
    case $_mp_first$_mp_word in
      1*) _mp_first= ;;
      -e | -p | -c | --eval* | --print* | -pe) break ;;
      -*) ;;
      *)
        _mp_script=$_mp_word
        break
        ;;
    esac
  done
  IFS=$_mp_ifs
  set +f
}

# A name for people: "gemini-cli" for /x/gemini-cli/dist/index.js.
_mp_title_of() {
  _mp_title=$1
  while :; do
    _mp_word=${_mp_title##*/}
    case ${_mp_word%.*} in
      index | cli | main | server | __main__ | app | dist | build | lib | bin | out | src)
        case $_mp_title in */*/*) _mp_title=${_mp_title%/*} ;; *) break ;; esac
        ;;
      *) break ;;
    esac
  done
  _mp_title=${_mp_word%.[cm]js}
  _mp_title=${_mp_title%.js}
  _mp_title=${_mp_title%.py}
}

# The owner is the nearest ancestor that is no mere wrapper: sets _mp_owner, _mp_owner_start, _mp_client.
_mp_find_owner() {
  _mp_next=$1 _mp_child_start=$2
  while [ "$_mp_next" -gt 1 ]; do
    _mp_stat "$_mp_next" && [ -z "$_mp_zombie" ] || return 1
    # A parent starts before its child; otherwise the pid was recycled.
    [ "$_mp_start" -le "$_mp_child_start" ] || return 1
    _mp_wrapper= _mp_client=$_mp_comm
    # npm takes the title of what it runs: "npm exec @x/y".
    case ${_mp_comm%% *} in
      @WRAPPERS@) _mp_wrapper=1 ;;
      @INTERPRETERS@)
        _mp_find_script "$_mp_next"
        case $_mp_script in
          @WRAPPER_SCRIPTS@) _mp_wrapper=1 ;;
          ?*)
            _mp_title_of "$_mp_script"
            _mp_client=$_mp_title
            ;;
          *) case $_mp_comm in *MainThread) _mp_client=node ;; esac ;;
        esac
        ;;
    esac
    if [ -z "$_mp_wrapper" ]; then
      _mp_owner=$_mp_next _mp_owner_start=$_mp_start
      return 0
    fi
    _mp_next=$_mp_ppid _mp_child_start=$_mp_start
  done
  return 1
}

# The scope tag. Only the guard can compute it; its answer is cached, because it holds until the next boot.
_mp_find_scope() {
  _mp_tag= _mp_boot_time=
  IFS= read -r _mp_boot </proc/sys/kernel/random/boot_id || return 1
  # BusyBox takes only one file at a time; older kernels have no time namespaces.
  _mp_space=$(readlink /proc/self/ns/pid /proc/self/ns/time 2>/dev/null) ||
    _mp_space=$(readlink /proc/self/ns/pid && if [ -e /proc/self/ns/time ]; then readlink /proc/self/ns/time; fi) || return 1
  case $_mp_space in pid:*) ;; *) return 1 ;; esac
  # Without its line break.
  _mp_space=${_mp_space%%]*}]${_mp_space#*]?}
  if [ -r "$_mp_data/bin/scope" ]; then
    while read -r _mp_a _mp_b _mp_c _mp_d _mp_rest; do
      [ "$_mp_a $_mp_b $_mp_rest" = "$_mp_boot $_mp_space $_mp_guard" ] && _mp_tag=$_mp_c _mp_boot_time=$_mp_d
    done <"$_mp_data/bin/scope"
    _mp_is_scope && return 0
  fi
  _mp_tag=$(MCP_PROCESSES_HOME=$_mp_data ELECTRON_RUN_AS_NODE=1 NODE_OPTIONS='' "$_mp_node" "$_mp_guard" --scope) || return 1
  _mp_uptime
  _mp_boot_time=$(($(date +%s) - _mp_up))
  _mp_is_scope || return 1
  (
    umask 077
    printf '%s\n' "$_mp_boot $_mp_space $_mp_tag $_mp_boot_time $_mp_guard" >"$_mp_data/bin/scope.$$" &&
      mv -f "$_mp_data/bin/scope.$$" "$_mp_data/bin/scope"
  ) 2>/dev/null
  return 0
}

_mp_is_scope() {
  case $_mp_tag in t*[!0-9a-f]*) return 1 ;; t????????????????) ;; *) return 1 ;; esac
  case $_mp_boot_time in '' | *[!0-9]*) return 1 ;; esac
}

_mp_uptime() {
  read -r _mp_up _mp_line </proc/uptime
  _mp_up=${_mp_up%%.*}
}

# Sets _mp_json to "$1" as a JSON string.
_mp_quote() {
  case $1 in
    *[!A-Za-z0-9\ ./:@_+=,-]*) _mp_json=$(
      LC_ALL=C
      _mp_rest=$1 _mp_out=
      while [ -n "$_mp_rest" ]; do
        _mp_char=${_mp_rest%"${_mp_rest#?}"}
        _mp_rest=${_mp_rest#?}
        case $_mp_char in
          \\ | \") _mp_out="$_mp_out\\$_mp_char" ;;
          [[:cntrl:]]) _mp_out="$_mp_out " ;;
          *) _mp_out=$_mp_out$_mp_char ;;
        esac
      done
      printf '"%s"' "$_mp_out"
    ) ;;
    *) _mp_json="\"$1\"" ;;
  esac
}

# The settings that the extension writes beside this file. Unknown values must not end anything.
_mp_read_settings() {
  _mp_automatic=off _mp_never= _mp_stdin=2000 _mp_term=3000 _mp_node= _mp_guard=
  [ -r "$_mp_data/bin/settings" ] || return 1
  while IFS= read -r _mp_line; do
    _mp_rest=${_mp_line#* }
    case $_mp_line in
      'automatic on' | 'automatic ask') _mp_automatic=$_mp_rest ;;
      'neverReap ['*']') _mp_never=$_mp_rest ;;
      'node '*) _mp_node=$_mp_rest ;;
      'guard '*) _mp_guard=$_mp_rest ;;
      'grace '*)
        _mp_a=${_mp_rest%% *} _mp_rest=${_mp_rest#* }
        _mp_b=${_mp_rest%% *} _mp_rest=${_mp_rest#* }
        case $_mp_a$_mp_b in *[!0-9]*) continue ;; esac
        if [ "$_mp_rest" = '*' ] || [ "$_mp_rest" = "$1" ]; then _mp_stdin=$_mp_a _mp_term=$_mp_b; fi
        ;;
    esac
  done <"$_mp_data/bin/settings"
  # As long as it is unknown what to spare, everything is spared.
  [ -n "$_mp_never" ] || _mp_never='[]' _mp_automatic=off
  [ -x "$_mp_node" ] || _mp_node=$(command -v node)
  return 0
}

# The name of a server whose configuration gives none: a runner's package, otherwise the program.
_mp_name_of() {
  _mp_word=${1##*/}
  case $_mp_word in
    @PACKAGE_RUNNERS@)
      case ${2-} in -y | --yes | -q | --quiet) set -- "$1" "${3-}" ;; esac
      # An address may hold a token.
      case ${2-} in '' | -* | *://* | *@*@* | *:*@*) ;; *) _mp_word=$2 ;; esac
      ;;
    @INTERPRETERS@ | bun)
      case ${2-} in '' | -*) ;; *) _mp_title_of "$2" && _mp_word=$_mp_title ;; esac
      ;;
  esac
  _mp_name=$_mp_word
}

# Sets _mp_at to the number of words before the labels of a container's command, and _mp_container to the container in
# the record. Only the guard can parse the flags; other commands do not start it.
_mp_find_container() {
  _mp_at= _mp_container=
  case ${1##*/} in @ENGINES@) ;; *) return 0 ;; esac
  _mp_text=$(MCP_PROCESSES_HOME=$_mp_data ELECTRON_RUN_AS_NODE=1 NODE_OPTIONS='' \
    "$_mp_node" "$_mp_guard" --container "$@" </dev/null 2>/dev/null) || return 0
  case ${_mp_text%% *} in '' | *[!0-9]*) return 0 ;; esac
  case $_mp_text in *\ \{*\}) ;; *) return 0 ;; esac
  _mp_at=$((${_mp_text%% *} + 1))
  _mp_container=",\"container\":${_mp_text#* }"
}

# Writes the session file, starts the watcher and sets the cookie. Fails with the reason in _mp_why.
_mp_protect() {
  [ -n "$_mp_name" ] || _mp_name_of "$@"
  _mp_why="the data folder $_mp_data cannot be used"
  [ -d "$_mp_data/sessions" ] && [ -O "$_mp_data/sessions" ] && [ ! -L "$_mp_data/sessions" ] || return 1
  IFS= read -r _mp_home 2>/dev/null <"$_mp_data/home" || [ -n "$_mp_home" ] || return 1
  case $_mp_home in *[!0-9a-f]*) return 1 ;; ????????????????) ;; *) return 1 ;; esac

  _mp_why='the extension MCP Processes is not installed any more; install it again, or remove "mcp-processes run" from the configuration'
  _mp_read_settings "$_mp_name" && [ -r "$_mp_guard" ] && [ -n "$_mp_node" ] && [ -r "$_mp_data/bin/watch" ] || return 1

  _mp_why='this system shows no usable /proc'
  # The /proc of another pid namespace shows strangers under our numbers.
  _mp_stat self && [ "$_mp_pid" = "$$" ] || return 1
  _mp_root_start=$_mp_start _mp_root_sid=$_mp_sid
  _mp_find_scope || return 1
  _mp_why='no client was found among the processes that started it'
  _mp_find_owner "$_mp_ppid" "$_mp_root_start" || return 1

  _mp_find_container "$@"
  _mp_why='no random number could be read from the system'
  IFS= read -r _mp_session </proc/sys/kernel/random/uuid && IFS= read -r _mp_record </proc/sys/kernel/random/uuid || return 1
  _mp_uptime
  _mp_now=$((_mp_boot_time + _mp_up))000
  _mp_file=$_mp_data/sessions/$_mp_session.json

  _mp_quote "mcp-processes run for $_mp_client" && _mp_editor=$_mp_json
  _mp_quote "$_mp_client" && _mp_client=$_mp_json
  _mp_quote "$_mp_name" && _mp_server=$_mp_json
  _mp_quote "${1##*/}" && _mp_command=$_mp_json
  _mp_quote "$PWD"
  _mp_why="the session file $_mp_file could not be written"
  (
    umask 077
    printf '%s\n' "{\"schema\":1,\"id\":\"$_mp_session\",\"home\":\"$_mp_home\",\
\"owner\":{\"pid\":$_mp_owner,\"start\":\"t$_mp_owner_start\",\"scope\":\"$_mp_tag\"},\
\"startedAt\":$_mp_now,\"editor\":$_mp_editor,\"automatic\":\"$_mp_automatic\",\"neverReap\":$_mp_never,\"records\":[\
{\"id\":\"$_mp_record\",\"server\":$_mp_server,\"client\":$_mp_client,\"folder\":$_mp_json,\"kind\":\"launched\",\
\"commandLine\":$_mp_command,\"createdAt\":$_mp_now,\
\"root\":{\"pid\":$$,\"start\":\"t$_mp_root_start\",\"scope\":\"$_mp_tag\"},\"posixSession\":$_mp_root_sid,\
\"census\":[],\"grace\":{\"stdin\":$_mp_stdin,\"term\":$_mp_term}$_mp_container}]}" 2>/dev/null >"$_mp_file.$$" || exit 1
    # Renamed at the end, so that no process reads half a file.
    if ! mv -f "$_mp_file.$$" "$_mp_file" 2>/dev/null; then
      rm -f "$_mp_file.$$" 2>/dev/null
      exit 1
    fi
    # The watcher holds nothing of the server: no cookie, no stdin, no terminal. It holds files above 9, which not every
    # shell can close, until its first check after the server's end.
    _mp_setsid=setsid
    command -v setsid >/dev/null || _mp_setsid=
    cd / && exec env -i "PATH=$PATH" "MCP_PROCESSES_HOME=$_mp_data" ELECTRON_RUN_AS_NODE=1 \
      ${HOME+"HOME=$HOME"} ${LANG+"LANG=$LANG"} ${LD_LIBRARY_PATH+"LD_LIBRARY_PATH=$LD_LIBRARY_PATH"} \
      ${XDG_RUNTIME_DIR+"XDG_RUNTIME_DIR=$XDG_RUNTIME_DIR"} ${XDG_DATA_HOME+"XDG_DATA_HOME=$XDG_DATA_HOME"} \
      ${XDG_CONFIG_HOME+"XDG_CONFIG_HOME=$XDG_CONFIG_HOME"} \
      $_mp_setsid "$_mp_shell" "$_mp_data/bin/watch" "$_mp_owner" "$_mp_owner_start" "$$" "$_mp_root_start" \
      "$_mp_session" "$_mp_record" "$_mp_seconds" "$_mp_node" "$_mp_guard" \
      </dev/null >/dev/null 2>&1 3>&- 4>&- 5>&- 6>&- 7>&- 8>&- 9>&- &
  ) || return 1
  MCP_PROCESSES_COOKIE=1:$_mp_home:$_mp_session:$_mp_record:$_mp_owner-t$_mp_owner_start:$_mp_tag
  export MCP_PROCESSES_COOKIE
}

_mp_read_seconds() {
  _mp_seconds=${MCP_PROCESSES_PARENT_CHECK_SECONDS:-5}
  case $_mp_seconds in
    *[!0-9.]* | *.*.* | .* | *.) ;;
    *[1-9]*) return 0 ;;
  esac
  _mp_say "MCP_PROCESSES_PARENT_CHECK_SECONDS is not a number of seconds; using 5"
  _mp_seconds=5
}

_mp_run() {
  _mp_name=
  while :; do
    case ${1-} in
      --name)
        [ $# -ge 2 ] || _mp_usage '--name needs a name'
        _mp_name=$2
        shift 2
        ;;
      --name=*)
        _mp_name=${1#--name=}
        shift
        ;;
      --)
        shift
        break
        ;;
      -*) _mp_usage "unknown option for \"run\": ${1%%=*}; put the server's own options after its command" ;;
      *) break ;;
    esac
  done
  case ${1-} in
    '') _mp_usage 'the command that starts the server is missing' ;;
    -*) _mp_usage "expected the command that starts the server, found ${1%%=*}" ;;
  esac
  # Without a slash, the PATH is searched, where folders do not count.
  case $1 in
    */*)
      if [ -d "$1" ]; then
        _mp_say "$1 is a folder; give the program that starts the server"
        exit 126
      fi
      ;;
  esac
  if ! command -v "$1" >/dev/null; then
    _mp_say "$1 was not found; install it, or give its full path"
    exit 127
  fi
  _mp_read_seconds
  _mp_at=
  if ! _mp_protect "$@"; then
    _mp_say "$_mp_name runs without protection: $_mp_why"
  elif [ -n "$_mp_at" ]; then
    # Rotates once: each word moves from the front to the end, with the labels in between.
    _mp_count=$#
    while [ "$_mp_count" -gt 0 ]; do
      set -- "$@" "$1"
      shift
      _mp_count=$((_mp_count - 1))
      if [ "$((_mp_at -= 1))" -eq 0 ]; then
        set -- "$@" --label "mcp-processes.session=$_mp_session" --label "mcp-processes.record=$_mp_record" \
          --label "mcp-processes.home=$_mp_home"
      fi
    done
  fi
  _mp_become "$@"
}

# Shells other than bash forget variables whose names they could not use themselves, such as "a.b"; env(1) does not.
_mp_become() {
  if [ -z "$BASH_VERSION" ] && [ -r "/proc/$$/environ" ]; then
    _mp_lines=$(tr '\0\n' '\n\001' <"/proc/$$/environ" 2>/dev/null)
    _mp_odd=
    set -f
    _mp_ifs=$IFS
    IFS='
'
    for _mp_word in $_mp_lines; do
      case ${_mp_word%%=*} in
        '' | [!A-Za-z_]* | *[!A-Za-z0-9_]*)
          case $_mp_word in ?*=*) ;; *) continue ;; esac
          _mp_decode
          set -- "$_mp_word" "$@"
          _mp_odd=1
          ;;
      esac
    done
    IFS=$_mp_ifs
    set +f
    [ -z "$_mp_odd" ] || exec env "$@"
  fi
  exec "$@"
}

# Puts the line breaks of _mp_word back.
_mp_decode() {
  _mp_mark=$(printf '\001')
  _mp_out=
  while :; do
    case $_mp_word in
      *"$_mp_mark"*)
        _mp_out="$_mp_out${_mp_word%%"$_mp_mark"*}
"
        _mp_word=${_mp_word#*"$_mp_mark"}
        ;;
      *) break ;;
    esac
  done
  _mp_word=$_mp_out$_mp_word
}

case ${1-} in
  run)
    shift
    _mp_run "$@"
    ;;
  list | reap | -h | --help)
    _mp_read_settings ''
    if [ ! -r "$_mp_guard" ] || [ -z "$_mp_node" ]; then
      _mp_say 'the extension MCP Processes is not installed any more; install it again'
      exit 127
    fi
    MCP_PROCESSES_HOME=$_mp_data ELECTRON_RUN_AS_NODE=1
    export MCP_PROCESSES_HOME ELECTRON_RUN_AS_NODE
    exec "$_mp_node" "$_mp_guard" --cli "$@"
    ;;
  '') _mp_usage 'no command given' ;;
  *) _mp_usage "unknown command \"$1\"" ;;
esac
