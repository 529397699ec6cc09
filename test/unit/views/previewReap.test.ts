import './fakeEditor';
import assert from 'node:assert/strict';
import type { ReapPreview } from '../../../src/model/reapResult';
import type { ServerView } from '../../../src/model/serverView';
import { registerCommands } from '../../../src/views/commands/register';
import { ContainerRow } from '../../../src/views/tree/containerRow';
import { ProcessRow } from '../../../src/views/tree/processRow';
import type { Row } from '../../../src/views/tree/rows';
import { type Editor, newEditor } from './fakeEditor';
import { actionsOver, copiesOf, foreignView, NODE, rowOf, serverView } from './rows';

const ours = serverView({ key: 's:1' });
const theirs = ['other:1', 'other:2', 'other:3'].map((key) => foreignView({ key, name: 'context7' }));
const living = foreignView({ key: 'other:9', verdict: 'active', group: 'otherClients' });

/** The rows to preview; undefined for all of our own orphans. */
type Asked = readonly string[] | undefined;

const PREVIEW: ReapPreview = {
  ...{
    server: 'files',
    of: { kind: 'session', session: 's', record: 'r' },
    containers: [],
    containerProblem: undefined,
  },
  processes: [NODE],
};

describe('Preview Cleanup', () => {
  let editor: Editor;
  beforeEach(() => {
    editor = newEditor();
  });

  /** What the preview asked for. */
  async function preview(servers: readonly ServerView[], target?: Row | string): Promise<Asked[]> {
    const asked: Asked[] = [];
    const previewOrphans = async (only: Asked) => {
      asked.push(only);
      return [PREVIEW];
    };
    registerCommands({ subscriptions: [] }, actionsOver(servers, { previewOrphans }), { info() {}, error() {} });
    await editor.registered.get('mcpProcesses.previewReap')?.(target);
    return asked;
  }

  it('without a row includes other clients’ orphans, which have to be named, and nothing active', async () => {
    assert.deepEqual(await preview([...theirs, living]), [['other:1', 'other:2', 'other:3']]);
    assert.deepEqual(await preview([ours, ...theirs, living]), [['s:1', 'other:1', 'other:2', 'other:3']]);
    assert.deepEqual(
      editor.documents.map(({ title }) => title),
      ['Cleanup Preview.txt', 'Cleanup Preview.txt'],
    );
  });

  it('without a row and without theirs scans for our own, even before the first sweep', async () => {
    for (const servers of [[], [ours], [living]]) {
      assert.deepEqual(await preview(servers), [undefined]);
    }
  });

  it('of a row with several servers means these, not the others', async () => {
    assert.deepEqual(await preview([ours, ...theirs], copiesOf(theirs.slice(0, 2))), [['other:1', 'other:2']]);
  });

  it('of a server, one of its processes or containers, or a key means that server', async () => {
    const row = rowOf(ours);
    const process = new ProcessRow('p', NODE, row);
    const container = new ContainerRow(
      'c',
      { id: 'c', image: 'mcp/fetch', state: 'running', labelled: true },
      { kind: 'no', why: { code: 'used by a session' } },
      row,
    );
    for (const target of [row, process, container, 's:1']) {
      assert.deepEqual(await preview([ours, ...theirs], target), [['s:1']]);
    }
  });

  it('with nothing orphaned shows a message, and opens no document', async () => {
    const actions = actionsOver([living], { previewOrphans: async () => [] });
    registerCommands({ subscriptions: [] }, actions, { info() {}, error() {} });
    await editor.registered.get('mcpProcesses.previewReap')?.();
    assert.deepEqual(editor.messages, [{ kind: 'information', text: 'No orphaned servers found.', buttons: [] }]);
    assert.deepEqual(editor.documents, []);
  });

  it('of a server that is gone says so', async () => {
    assert.deepEqual(await preview([ours], 'other:1'), []);
    assert.match(editor.errors()[0] ?? '', /^This server is gone\./);
  });
});
