import { l10n, type QuickPickItem, QuickPickItemKind } from 'vscode';
import { folderName } from '../../../wording/format';
import type { ImportableServer } from '../../actions';
import type { Answers } from '../answers';
import { askMany, isMove, type Step } from '../steps';
import { commandLineOf } from '../words';

interface ImportItem extends QuickPickItem {
  /** Absent for a heading. */
  readonly server?: ImportableServer;
}

/** Which servers of other clients to import. */
export function importQuestion(importable: readonly ImportableServer[]): Step<Answers> {
  return {
    applies: ({ kind }) => kind === 'import',
    ask: async (state, frame) => {
      const items = itemsFor(importable);
      const picked = await askMany(
        frame,
        { items, placeholder: l10n.t('Select the servers to import') },
        items.filter(({ server }) => server && state.imported.includes(server)),
      );
      if (isMove(picked)) return picked;
      return { ...state, imported: picked.flatMap(({ server }) => server ?? []) };
    },
  };
}

/** The servers, by the file that configures them. */
function itemsFor(importable: readonly ImportableServer[]): ImportItem[] {
  const labelOf = ({ client, file }: ImportableServer) => `${client} · ${file}`;
  const labels = [...new Set(importable.map(labelOf))];
  return labels.flatMap((label): ImportItem[] => [
    { label, kind: QuickPickItemKind.Separator },
    ...importable
      .filter((server) => labelOf(server) === label)
      .map((server) => ({
        label: server.name,
        description: server.folder === undefined ? '' : folderName(server.folder),
        detail: commandLineOf(server.entry),
        server,
      })),
  ]);
}
