import * as vscode from 'vscode';
import type { Inventory } from '../../model/inventory';
import { folderName } from '../../wording/format';
import { uncountedOrphans } from '../serverWords';

/** The line above the rows: what the badge leaves out, and what is wrong. The editor shows no line breaks there. */
export function panelMessage(inventory: Inventory): string | undefined {
  const [orphans, problem] = [uncountedOrphans(inventory), problemMessage(inventory)];
  return orphans !== undefined && problem !== undefined ? `${orphans}. ${problem}` : (orphans ?? problem);
}

/** The first problem; the others are in the log. */
function problemMessage(inventory: Inventory): string | undefined {
  const [problem] = inventory.problems;
  if (!problem) {
    return undefined;
  }
  const place = [problem.file === undefined ? undefined : folderName(problem.file), problem.line, problem.column]
    .filter((part) => part !== undefined)
    .join(':');
  const text = place ? `${place}: ${problem.message}` : problem.message;
  return inventory.problems.length === 1
    ? text
    : vscode.l10n.t('{0} (and {1} more in the log)', text, inventory.problems.length - 1);
}
