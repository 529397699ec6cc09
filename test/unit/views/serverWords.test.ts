import './fakeEditor';
import assert from 'node:assert/strict';
import type { ServerView } from '../../../src/lifecycle/model';
import { offersOf } from '../../../src/views/offers';
import { countedOrphans, introductionSentence, stateWord, verdictSentence } from '../../../src/views/serverWords';
import { NODE, pictureOf, serverView } from './rows';

const LISTED = 'the setting mcpProcesses.reap.neverReap lists it (node server.js)';
const IN_DOUBT = 'whether the setting mcpProcesses.reap.neverReap lists it cannot be determined';

describe('orphans that badge and status bar count', () => {
  const child = (kept: string | undefined) => ({ ...NODE, pid: 501, kept });
  const table: [string, Partial<ServerView>, boolean][] = [
    ['one that may be reaped', {}, true],
    ['one that the user keeps', { processes: [{ ...NODE, kept: LISTED }] }, false],
    ['with all below it', { processes: [{ ...NODE, kept: LISTED, children: [child('it is in use')] }] }, false],
    ['one that is kept because it is in doubt', { processes: [{ ...NODE, kept: IN_DOUBT }] }, true],
    ['one of which the user keeps a part', { processes: [{ ...NODE, kept: LISTED }, child(undefined)] }, true],
    ['the user keeps what is below only', { processes: [{ ...NODE, children: [child(LISTED)] }] }, true],
    ['a container that is left', { processes: [] }, true],
  ];
  for (const [what, over, counts] of table) {
    it(`${what}: ${counts ? 'counts, and is offered to be reaped' : 'neither counts nor is offered to be reaped'}`, () => {
      const server = serverView(over);
      assert.deepEqual(countedOrphans(pictureOf([server])), counts ? [server] : []);
      assert.equal(offersOf(server).canReap, counts);
      assert.equal(offersOf(server).canKeep, counts && server.processes.length > 0);
    });
  }
});

describe('words for a server', () => {
  it('one that failed may have run before', () => {
    const failed = serverView({ state: 'failed', verdict: 'gone', group: 'thisWindow', problem: '"files" crashed.' });
    assert.equal(verdictSentence(failed), 'Failed: it could not be started, or it ended by itself.');
  });

  it('K33 one that outlived its client, and that somebody is connected to', () => {
    const used = serverView({ verdict: 'active', group: 'otherClients', usedBy: 'python3 (pid 7)' });
    assert.equal(stateWord(used), 'in use');
    assert.equal(
      verdictSentence(used),
      'In use: no known client runs it, but python3 (pid 7) still has a connection to it.',
    );
    assert.deepEqual(countedOrphans(pictureOf([used])), []);
    assert.equal(offersOf(used).canReap, false);
  });

  it('what it says of itself, singular and plural', () => {
    const said = { name: 'files', version: '1.0', tools: 1, resources: 0, prompts: 2 };
    assert.equal(introductionSentence(said), 'It says it is files 1.0, with 1 tool, 0 resources and 2 prompts.');
    assert.match(
      introductionSentence({ ...said, tools: 2, resources: 1, prompts: 1 }),
      /2 tools, 1 resource and 1 prompt\.$/,
    );
  });
});
