import '../views/fakeEditor';
import assert from 'node:assert/strict';
import { type ActionsParts, createActions } from '../../../src/editor/actions';
import { HiddenServers } from '../../../src/editor/hiddenServers';
import { foreignView, inventoryOf, serverView } from '../views/rows';

const SCOPE = 't0123456789abcdef';
const theirs = foreignView({ key: 'other:1' });

/** The editor's memory between starts. While its window is away, a write never settles. */
function memory(isAway = false) {
  const kept = new Map<string, unknown>();
  return {
    keys: () => [...kept.keys()],
    get: <T>(key: string, otherwise: T) => (kept.has(key) ? (kept.get(key) as T) : otherwise),
    update: (key: string, value: unknown) => {
      kept.set(key, value);
      return isAway ? new Promise<void>(() => {}) : Promise.resolve();
    },
  };
}

type Memento = ConstructorParameters<typeof HiddenServers>[0];
const ignoredIn = (memento: ReturnType<typeof memory>, scope = SCOPE) =>
  new HiddenServers(memento as unknown as Memento, scope);
const shown = (hidden: HiddenServers) => hidden.without(inventoryOf([theirs])).servers.length;

describe('hidden servers', () => {
  it('stay hidden after a restart of the editor; our own are never hidden', () => {
    const memento = memory();
    const hidden = ignoredIn(memento);
    hidden.add(theirs);
    assert.equal(shown(hidden), 0);
    assert.equal(shown(ignoredIn(memento)), 0);
    hidden.add(serverView());
    assert.equal(hidden.without(inventoryOf([serverView()])).servers.length, 1);
  });

  it('do not hide a server with the same pid and start after a reboot, or on another machine', () => {
    const memento = memory();
    ignoredIn(memento).add(theirs);
    assert.equal(shown(ignoredIn(memento, 'tfedcba9876543210')), 1);
  });

  it('are hidden in this window only where one boot cannot be told from the next', () => {
    const memento = memory();
    const hidden = ignoredIn(memento, '');
    hidden.add(theirs);
    assert.equal(shown(hidden), 0);
    assert.equal(shown(ignoredIn(memento, '')), 1);
  });

  it('are hidden at once, even while the window is away', async () => {
    let published = false;
    const tracker = {
      refresh: () => {
        published = true;
      },
    };
    const parts = { tracker, hidden: ignoredIn(memory(true)) };
    const actions = createActions(parts as unknown as ActionsParts);
    void actions.hide(theirs);
    await new Promise((resolve) => setImmediate(resolve));
    assert.ok(published);
  });
});
