import assert from 'node:assert/strict';
import {
  clientProcessOf,
  containerElsewhere,
  isEngineClient,
  mayBeAttached,
} from '../../../src/containers/engineClients';
import type { ProcessEntry } from '../../../src/os/platform';

function entry(args: readonly string[] | undefined, zombie = false): ProcessEntry {
  return {
    ...{ pid: 2, start: 't1000', ppid: 1, uid: 0, pgid: 2, sid: 2, hasTerminal: false, zombie, name: 'docker', args },
    ...{ memory: 0, cpuTime: 0, cookie: undefined, environmentReadable: true },
  };
}
const of = (line: string) => entry(line.split(' '));

describe('clients of container engines among the processes', () => {
  const table: [line: string, isClient: boolean, engine: string | undefined][] = [
    ['docker run -i --rm img', true, 'docker'],
    ['/usr/bin/podman run -i img', true, 'podman'],
    ['nerdctl -n x container run -i img', true, 'nerdctl'],
    ['com.docker.cli run -i img', true, 'docker'],
    ['docker attach box', true, undefined],
    ['docker --unknown-flag run img', true, undefined],
    ['node docker run img', false, undefined],
    ['docker-proxy run img', false, undefined],
  ];
  for (const [line, isClient, engine] of table) {
    it(`${line}`, () => {
      assert.equal(isEngineClient(of(line)), isClient);
      const found = clientProcessOf(of(line));
      assert.equal(found !== undefined, isClient);
      assert.equal(found?.running?.run.engine, engine);
    });
  }

  it('leave out those with our labels, dead ones and hidden ones', () => {
    const labelled = of('docker run --label mcp-processes.session=x -i img');
    assert.equal(clientProcessOf(labelled), undefined);
    assert.equal(isEngineClient(labelled), true);
    assert.equal(clientProcessOf(entry(['docker', 'run', 'img'], true)), undefined);
    assert.equal(clientProcessOf(entry(undefined)), undefined);
  });

  it('are not read from a whole line as if it were arguments', () => {
    const found = clientProcessOf(entry(['docker run -i img "two words"']));
    assert.ok(found);
    assert.equal(found.running, undefined);
  });

  const elsewhere: [line: string, found: string | undefined][] = [
    ['docker exec -i box server', 'exec'],
    ['podman container exec -i box server', 'exec'],
    ['docker compose run -T server', 'compose'],
    ['docker-compose run -T server', 'compose'],
    ['docker mcp gateway run', 'gateway'],
    ['docker run -i img exec', undefined],
    ['node exec', undefined],
  ];
  for (const [line, found] of elsewhere) {
    it(`${line}: ${found ? 'not ours' : 'no note'}`, () => assert.equal(containerElsewhere(of(line))?.found, found));
  }

  it('one that attaches may be attached to the container that it mentions; one that only asks is not', () => {
    const container = { id: `3f2a${'0'.repeat(60)}`, name: 'box', image: 'mcp/fetch:1' };
    for (const line of ['docker attach box', 'docker start -ai 3f2a', 'docker run -i mcp/fetch:1']) {
      assert.equal(mayBeAttached([line], container), true, line);
      assert.equal(mayBeAttached(line.split(' '), container), true, line);
    }
    const asking = ['docker stats --no-stream 3f2a', 'docker container inspect box', 'docker logs --tail 5 3f2a'];
    for (const line of [...asking, 'docker attach other', 'docker run mcp/fetch:2', 'docker ps']) {
      assert.equal(mayBeAttached(line.split(' '), container), false, line);
    }
  });
});
