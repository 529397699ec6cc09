import assert from 'node:assert/strict';
import type { ContainerReason } from '../../../src/model/containerOutcome';
import type { EndCaution } from '../../../src/model/endPreview';
import { InspectError, NoPlatformError } from '../../../src/os/reason';
import { seen } from '../../../src/os/users';
import { containerReasonSentence, engineSentence } from '../../../src/wording/containers';
import { cautionSentence } from '../../../src/wording/endPreview';
import { evidenceSentence } from '../../../src/wording/evidence';
import { errorText, reasonSentence } from '../../../src/wording/reasons';
import { refusalSentence } from '../../../src/wording/refusals';
import { ALL_REASONS } from './reasonSamples';
import { ALL_ENGINE_FAILURES, ALL_EVIDENCE, ALL_REFUSALS } from './samples';

describe('sentences', () => {
  for (const [refusal, sentence] of ALL_REFUSALS) {
    it(`refusal: ${JSON.stringify(refusal)}`, () => assert.equal(refusalSentence(refusal), sentence));
  }

  for (const [fact, sentence] of ALL_EVIDENCE) {
    it(`evidence: ${JSON.stringify(fact)}`, () => assert.equal(evidenceSentence(fact), sentence));
  }

  for (const [reason, sentence] of ALL_REASONS) {
    it(`reason: ${JSON.stringify(reason)}`, () => assert.equal(reasonSentence(reason), sentence));
  }

  it('an error: the sentence of its reason, or its own message', () => {
    assert.equal(errorText(new InspectError({ kind: 'program-failed', program: 'ss' })), '`ss` failed');
    assert.equal(errorText(new Error('no.')), 'no.');
    assert.match(errorText(new NoPlatformError({ kind: 'no-proc' })), /system: there is no usable \/proc\. MCP/);
    assert.match(errorText(new NoPlatformError(undefined)), /on this system\. MCP/);
  });

  const reasons: { readonly [Code in ContainerReason['code']]: readonly [ContainerReason, string] } = {
    engine: [
      { code: 'engine', failure: { kind: 'missing', program: 'docker', found: 'program' } },
      'The program "docker" was not found.',
    ],
    state: [{ code: 'state', state: 'running' }, 'it is running'],
    still: [{ code: 'still', state: 'running' }, 'it is still running after being stopped'],
    'being removed': [{ code: 'being removed' }, 'its engine is removing it'],
    'data kept': [{ code: 'data kept' }, 'its data is kept'],
    'no --rm': [{ code: 'no --rm' }, 'it was started without --rm, so its data is kept'],
    'no --rm, not running': [
      { code: 'no --rm, not running' },
      'it does not run, and was started without --rm, so its data is kept',
    ],
    'no label': [{ code: 'no label' }, 'it carries no label of ours'],
    'other labels': [{ code: 'other labels' }, 'its labels are not those of this record'],
    'labels of a session': [{ code: 'labels of a session' }, 'it carries the labels of a session'],
    'not ours': [{ code: 'not ours', by: 'compose' }, 'it is not ours: a Compose project runs it'],
    'may be used': [{ code: 'may be used', pid: 7, name: 'docker' }, 'pid 7 (docker) may use it'],
    'used by a session': [{ code: 'used by a session' }, 'another live session uses it; stop it there'],
    'no container client': [{ code: 'no container client', program: 'sh' }, 'sh is no container client'],
    'not finished': [{ code: 'not finished' }, 'its engine did not finish'],
    'processes not seen': [
      { code: 'processes not seen' },
      'its processes could not be examined, so its container is left alone',
    ],
  };
  for (const [reason, sentence] of Object.values(reasons)) {
    it(`container: ${JSON.stringify(reason)}`, () => assert.equal(containerReasonSentence(reason), sentence));
  }

  for (const [failure, sentence] of ALL_ENGINE_FAILURES) {
    it(`engine: ${JSON.stringify(failure)}`, () => assert.equal(engineSentence(failure), sentence));
  }

  const node = { pid: 7, name: 'node' };
  const cautions: [EndCaution, string][] = [
    [{ kind: 'connected', many: false, by: seen(node) }, 'It is connected to node (pid 7).'],
    [{ kind: 'connected', many: true, by: seen(node) }, 'They are connected to node (pid 7).'],
    [
      { kind: 'connections-unknown', many: false, reason: { kind: 'program-failed', program: 'ss' } },
      'Cannot determine what is connected to it: `ss` failed.',
    ],
    [
      { kind: 'connections-unknown', many: true, reason: { kind: 'program-failed', program: 'ss' } },
      'Cannot determine what is connected to them: `ss` failed.',
    ],
    [{ kind: 'below', many: false, count: 1 }, '1 more process below it will keep running.'],
    [{ kind: 'below', many: true, count: 1 }, '1 more process below them will keep running.'],
    [{ kind: 'below', many: false, count: 2 }, '2 more processes below it will keep running.'],
    [{ kind: 'below', many: true, count: 2 }, '2 more processes below them will keep running.'],
    [{ kind: 'stdin-held', by: seen(node) }, 'Its stdin is held by node (pid 7).'],
    [{ kind: 'stdin-held', pid: 5, by: seen(node) }, 'pid 5: Its stdin is held by node (pid 7).'],
    [
      { kind: 'stdin-unknown', reason: { kind: 'program-failed', program: 'ss' } },
      'Cannot determine what holds its stdin: `ss` failed.',
    ],
    [{ kind: 'runs-under', pid: 5, parent: node }, 'pid 5: It runs under node (pid 7).'],
  ];
  for (const [caution, sentence] of cautions) {
    it(`caution: ${JSON.stringify(caution)}`, () => assert.equal(cautionSentence(caution), sentence));
  }
});
