# watch <owner pid> <owner start> <root pid> <root start> <session id> <record id> <seconds> <node> <guard>
#
# Waits beside one server of "mcp-processes run", and decides nothing: when the server seems to be over, it starts the
# guard, which proves that before it ends anything. A shell costs a twentieth of a waiting Node.

# A signal to the client's process group would reach this shell too.
trap '' HUP INT TERM
file=$MCP_PROCESSES_HOME/sessions/$5.json
owner=$1 owner_start=$2 root=$3 root_start=$4 session=$5 record=$6 seconds=$7 node=$8 guard=$9

# Whether a process is still the same one, and no zombie.
lives() {
  [ -r "/proc/$1/stat" ] || return 1
  pid=$1 start=$2 text=
  { while IFS= read -r line || [ -n "$line" ]; do text="$text$line"; done; } 2>/dev/null <"/proc/$1/stat"
  set -- ${text##*\) }
  [ "${20-}" = "$start" ] || return 1
  case $1 in Z | X | x) [ "${18}" -gt 1 ] || return 1 ;; esac
}

# Whether a process has the record's cookie. In doubt, it counts as one that has.
carried() {
  for _ in 1 2; do
    grep -qsF "$record" /proc/[0-9]*/environ
    case $? in 1 | 2) ;; *) return 0 ;; esac
  done
  return 1
}

# A cheap hint that no process holds the other end of the stdin any more; no proof.
looks_abandoned() {
  case $input in
    pipe:*)
      perl -e 'require IO; require Fcntl; sysopen(my $f, $ARGV[0], Fcntl::O_NONBLOCK()) or exit 1; -p $f or exit 1;
        my @p = (fileno($f), 0); IO::Poll::_poll(0, @p); exit(!($p[1] & 16))' "/proc/$root/fd/0" 2>/dev/null
      ;;
    socket:*)
      inode=${input#socket:\[}
      ss -H -a -x -n 2>/dev/null | grep -qs " ${inode%]} *\* 0 *\$"
      ;;
    *) return 1 ;;
  esac
}

input=$(readlink "/proc/$root/fd/0")
# A client that closes the stdin at once does not use it.
in_use=1
looks_abandoned && in_use=
# Rounds until the next check of the stdin or of left-overs; more after each check without a result.
due=6 pause=6 rootless=

while :; do
  sleep "$seconds" || sleep 5 || exit 0
  if ! lives "$owner" "$owner_start"; then
    "$node" "$guard" "$session" --wrapper || node "$guard" "$session" --wrapper
    # Ended, spared, or claimed by another process. Only an owner that lives after all still needs this watcher.
    lives "$owner" "$owner_start" && [ -e "$file" ] || exit 0
    continue
  fi
  if lives "$root" "$root_start"; then
    [ $((due -= 1)) -le 0 ] || continue
    due=6
    [ -n "$in_use" ] && looks_abandoned || continue
  else
    # Claimed or finished by another process.
    [ -e "$file" ] || exit 0
    if carried; then
      # Processes that it started may be about to end as well.
      [ -n "$rootless" ] || due=3
    elif grep -qsF '"container":{' "$file"; then
      # Only its engine knows whether its container is gone; the guard asks it.
      [ -n "$rootless" ] || due=1
    else
      rm -f "$file"
      exit 0
    fi
    rootless=1
    [ $((due -= 1)) -le 0 ] || continue
  fi
  "$node" "$guard" "$session" "--abandoned=$input" || node "$guard" "$session" "--abandoned=$input"
  [ -e "$file" ] || exit 0
  [ "$pause" -ge 360 ] || pause=$((pause * 2))
  due=$pause
done
