#!/usr/bin/env bash
# Editors, as people have them by default: what they probe, lock and back up with does no harm,
# and a save is the one call that the change needs.
# shellcheck disable=SC2119
# shellcheck source=tests/tools/tools.sh
. "$(dirname "$0")/tools.sh"
need python3
mount_sample
terminal=$(dirname "$0")/terminal
doc=$web/service.json

# Every editor has a function that sets desiredCount to $2 in the document $1, and where it does
# not leave by itself when it cannot save, another one that expects to be told so.
ed_script() {
	printf ',s/^  "desiredCount": [0-9]*/  "desiredCount": %s/\nw\nq\n' "$2" | ed -s "$1"
}

vim_script() {
	vim -u NONE -es -c "%s/^  \"desiredCount\": \\d\\+/  \"desiredCount\": $2/" -c wq "$1"
}

vim_types() {
	"$terminal" 'service.json' ":%s/^  \"desiredCount\": \\\\d\\\\+/  \"desiredCount\": $2/\\r" \
		'' ':wq\r' -- vim "${@:3}" "$1"
}

vim_types_refused() {
	"$terminal" 'service.json' ":%s/^  \"desiredCount\": \\\\d\\\\+/  \"desiredCount\": $2/\\r" \
		'' ':wq\r' 'E514|rite error' ':cq\r' -- vim "${@:3}" "$1"
}

edit_in_emacs() {
	echo "(progn (goto-char 1) (re-search-forward \"^  .desiredCount.: \") (kill-word 1) (insert \"$1\"))"
}

emacs_script() {
	emacs -Q --batch "$1" --eval "$(edit_in_emacs "$2")" --eval '(save-buffer)'
}

emacs_types() {
	"$terminal" 'service.json' "\\x1b:$(edit_in_emacs "$2")\\r" '' '\x18\x13' 'Wrote' '\x18\x03' \
		-- emacs -nw -Q "${@:3}" "$1"
}

emacs_types_refused() {
	"$terminal" 'service.json' "\\x1b:$(edit_in_emacs "$2")\\r" '' '\x18\x13' 'ermission denied' \
		'\x1b:(kill-emacs 3)\r' -- emacs -nw -Q "${@:3}" "$1"
}

nano_types() {
	"$terminal" desiredCount "\\x0b  \"desiredCount\": $2,\\r\\x0f" 'Name to Write' '\r' Wrote '\x18' \
		-- nano "${@:3}" "+$(grep -n -m1 desiredCount "$1" | cut -d: -f1),1" "$1"
}

nano_types_refused() {
	"$terminal" desiredCount "\\x0b  \"desiredCount\": $2,\\r\\x0f" 'Name to Write' '\r' \
		'ermission denied' '\x18' 'Save mod' n \
		-- nano "${@:3}" "+$(grep -n -m1 desiredCount "$1" | cut -d: -f1),1" "$1"
	return 1 # nano itself always leaves with 0
}

litter() {
	find "$web" -maxdepth 1 \( -name '.*' -o -name '*~' -o -name '#*' -o -name 4913 \) "$@"
}

# edits NAME FUNCTION REFUSED-FUNCTION [OPTION...]
edits() {
	local name=$1 function=$2 refused=$3 n
	shift 3
	n=$(($(count) == 3 ? 4 : 3))
	settle # or Emacs asks whether to edit a file that changes meanwhile
	ok "$name: one UpdateService" UpdateService=1 "$function" "$doc" "$n" "$@"
	check_output "$name: it arrived" "$n" count
	check_output "$name: it is read back" "$n" jq .desiredCount "$doc"
	check_output "$name: no lock, swap or probe file is left" "" \
		litter ! -name '*~'
	settle
	ok "$name: saved as it is, no call" "" "$function" "$doc" "$n" "$@"
	ok "$name: changed back, one UpdateService" UpdateService=1 "$function" "$doc" 6 "$@"
	settle
	denied
	refused "$name: a refusal reaches the editor" EACCES UpdateService=1 "$refused" "$doc" 9 "$@"
	allowed
	check_output "$name: nothing has changed" 6 count
	check "$name: what was refused is kept" grep -q '^  "desiredCount": 9' "$web/.service.json.rejected"
	check "$name: the document is whole" jq -e '.desiredCount == 6' "$doc"
	litter -type f -delete
}

if have ed; then
	edits "ed" ed_script ed_script
fi
if have vim; then
	edits "vim -es" vim_script vim_script
	edits "vim" vim_types vim_types_refused
	edits "vim with backups" vim_types vim_types_refused -c 'set backup'
	edits "vim that copies" vim_types vim_types_refused -c 'set backup backupcopy=yes'
	edits "vim that renames" vim_types vim_types_refused -c 'set backup backupcopy=no'
	edits "vim without a backup" vim_types vim_types_refused -c 'set nowritebackup'
	edits "vim with an undo file" vim_types vim_types_refused -c 'set undofile'
fi
if have emacs; then
	edits "emacs --batch" emacs_script emacs_script
	edits "emacs" emacs_types emacs_types_refused
	edits "emacs that copies" emacs_types emacs_types_refused --eval '(setq backup-by-copying t)'
	edits "emacs that renames" emacs_types emacs_types_refused --eval '(setq file-precious-flag t)'
fi
if have nano; then
	edits "nano" nano_types nano_types_refused
	edits "nano with backups" nano_types nano_types_refused --backup
fi

# One session: what was changed by one save is changed back by the next.
if have vim; then
	put 3 "$web/desiredCount"
	ok "vim: forth and back in one session is two calls" UpdateService=2 "$terminal" \
		service.json ':%s/^  "desiredCount": 3/  "desiredCount": 4/\r' '' ':w\r' written \
		':%s/^  "desiredCount": 4/  "desiredCount": 3/\r' '' ':w\r' written ':q\r' -- vim "$doc"
	check_output "vim: it is as it was" 3 count
	latest=$MNT/task-definitions/web/latest.json
	ok "vim: a save of latest.json registers one revision" RegisterTaskDefinition=1 "$terminal" \
		latest.json ':%s/"WORKERS"/"THREADS"/\r' '' ':wq\r' -- vim "$latest"
	check "vim: it is in the newest" grep -q THREADS "$latest"
	ok "vim: a scalar is saved too" UpdateService=1 vim -u NONE -es -c '%s/3/5/' -c wq "$web/desiredCount"
	check_output "vim: a scalar arrived" 5 count
	task=$(find "$production/tasks" -name '*.json' | head -n 1)
	# -N: as everybody has it, or vim itself refuses to write what is read-only.
	refused "vim: a task cannot be saved" EPERM "" \
		vim -N -u NONE -es -c '%s/RUNNING/STOPPED/' -c 'w!' -c cq "$task"
	refused "vim: nor by a renaming one" EPERM "" vim -N -u NONE -es -c 'set backup backupcopy=no' \
		-c '%s/RUNNING/STOPPED/' -c 'w!' -c cq "$task"
	revision=$MNT/task-definitions/web/2.json
	refused "vim: nor a revision" EPERM "" vim -N -u NONE -es -c '%s/web/shop/' -c 'w!' -c cq "$revision"
	check "vim: which is there" jq -e '.status == "ACTIVE"' "$revision"
	check "vim: and still runs" jq -e '.desiredStatus == "RUNNING"' "$task"
fi
