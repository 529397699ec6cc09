import './fakeEditor';
import assert from 'node:assert/strict';
import type { EndPreview } from '../../../src/model/endPreview';
import type { Refusal } from '../../../src/model/refusal';
import type { ChosenProcess } from '../../../src/reaping/endProcesses';
import type { CommandContext } from '../../../src/views/commands/context';
import { endProcess } from '../../../src/views/commands/endProcess';
import type { Row } from '../../../src/views/tree/rows';
import { type Editor, newEditor } from './fakeEditor';
import { actionsOver, NODE, processRowOf, resultOf, rowOf, serverView } from './rows';

const child = { ...NODE, pid: 501, start: 't2', commandLine: 'node child.js' };
const tree = serverView({ processes: [{ ...NODE, children: [child] }] });

describe('End This Process', () => {
  let editor: Editor;
  beforeEach(() => {
    editor = newEditor();
    editor.click = ([end]) => end;
  });

  /** Answers yes. @returns what was ended. */
  async function end(
    target: Row,
    preview: { readonly kept?: Readonly<Record<number, Refusal>>; readonly uses?: EndPreview['uses'] } = {},
  ): Promise<number[]> {
    const ended: number[] = [];
    const pidsOf = (chosen: readonly ChosenProcess[]) => chosen.map(({ pid }) => pid);
    const actions = actionsOver([], {
      previewEnd: async (chosen): Promise<EndPreview> => ({
        processes: pidsOf(chosen).map((pid) => {
          const commandLine = pid === child.pid ? child.commandLine : NODE.commandLine;
          return { pid, name: 'node', commandLine, spared: preview.kept?.[pid] };
        }),
        uses: preview.uses ?? [],
      }),
      endChosen: async (_, chosen) => {
        ended.push(...pidsOf(chosen));
        return resultOf({ processes: [] });
      },
    });
    await endProcess({ actions } as CommandContext, target);
    return ended;
  }

  const asked = () => editor.messages.map(({ text, detail, buttons }) => [text, detail, ...buttons]);

  it('for one process asks about that one', async () => {
    assert.deepEqual(await end(processRowOf(tree), { uses: [{ kind: 'below', many: false, count: 1 }] }), [500]);
    assert.deepEqual(asked(), [
      ['End node (pid 500)?', 'node server.js\n\n1 more process below it will keep running.', 'End Process'],
    ]);
  });

  it('for a server names each process that will be ended, and checks the use of all of them', async () => {
    assert.deepEqual(
      await end(rowOf(tree), { uses: [{ kind: 'runs-under', parent: { pid: 2, name: 'systemd' } }] }),
      [500, 501],
    );
    const detail = 'pid 500: node server.js\npid 501: node child.js\n\nIt runs under systemd (pid 2).';
    assert.deepEqual(asked(), [['End all 2 processes of files?', detail, 'End All']]);
  });

  it('says beforehand what cannot be ended, and leaves it alone', async () => {
    const kept = { 501: { rule: 'notEditor' } as const };
    assert.deepEqual(await end(rowOf(tree), { kept }), [500]);
    const said = 'node (pid 501) will not be ended: it is an editor process.';
    assert.deepEqual(asked(), [['End node (pid 500)?', `node server.js\n\n${said}`, 'End Process']]);
    const why = { ...kept, 500: { rule: 'sameUser', found: 'another user' } as const };
    await assert.rejects(end(rowOf(tree), { kept: why }), {
      message: `node (pid 500) will not be ended: it belongs to another user. ${said}`,
    });
    assert.equal(asked().length, 1, 'there is nothing to ask');
  });

  it('counts those that are spared, and fits on the screen', async () => {
    const children = Array.from({ length: 30 }, (_, index) => ({ ...child, pid: 501 + index }));
    const many = serverView({ processes: [{ ...NODE, children }] });
    assert.equal((await end(rowOf(many), { kept: { 500: { rule: 'notSystem' } } })).length, 30);
    const [[text = '', detail = '', button] = []] = asked();
    assert.deepEqual([text, button], ['End 30 of the 31 processes of files?', 'End 30 Processes']);
    assert.equal(detail.split('\n').length, 23);
    assert.match(detail, /\n… and 10 more\n\nnode \(pid 500\) will not be ended: it is a system process\.$/);
  });
});
