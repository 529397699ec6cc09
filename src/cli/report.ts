import type { ContainerWithoutClient } from '../model/containerView';
import type { ReapCandidate, ReapedProcess, ReapPreview, ReapResult } from '../model/reapResult';
import type { Refusal } from '../model/refusal';
import type { ServerView } from '../model/serverView';
import { foreignContainerText } from '../wording/containers';
import { evidenceSentence } from '../wording/evidence';
import { formatAge, formatMemory, shortId } from '../wording/format';
import { refusalSentence } from '../wording/refusals';
import { containerLines, previewedContainerLines } from '../wording/results';
import type { Done } from './reap';

export function listing(servers: readonly ServerView[], all: boolean): string {
  if (servers.length === 0) {
    return all
      ? 'No MCP servers found.\n'
      : 'No MCP servers started through MCP Processes found. Add --all to include other clients.\n';
  }
  return servers
    .map((server) => {
      const facts = [
        server.verdict,
        server.client,
        `pid ${server.pid}`,
        formatAge(server.startedAt, Date.now()),
        formatMemory(server.memory),
      ].filter(Boolean);
      return `${server.name}  ${facts.join(' · ')}\n${server.evidence.map((fact) => `    ${evidenceSentence(fact)}\n`).join('')}`;
    })
    .join('');
}

export function listingOfContainers(containers: readonly ContainerWithoutClient[]): string {
  if (containers.length === 0) return '';
  const lines = containers.map(({ id, image, state, server, client, notOurs }) => {
    const facts = [shortId(id), image, notOurs === undefined ? state : `not ours: ${foreignContainerText(notOurs)}`];
    return `    ${facts.join(' · ')}, matches server ${server} from ${client}\n`;
  });
  return `Containers without a client on this machine (never stopped automatically):\n${lines.join('')}`;
}

export function report({ results, previews }: Done): string {
  if (results.length + previews.length === 0) return 'No orphaned MCP servers.\n';
  return [...results.map(resultLines), ...previews.map(previewLines)].join('');
}

function resultLines(result: ReapResult): string {
  return indented(result.server, [
    ...(result.problem === undefined ? [] : ['could not be ended']),
    ...result.processes.map((one) => processLine(one, one.outcome, one.reason)),
    ...containerLines(result),
  ]);
}

function previewLines(preview: ReapPreview): string {
  return indented(preview.server, [
    ...preview.processes.map((one) => processLine(one, one.spared ? 'spared' : 'would be ended', one.spared)),
    ...previewedContainerLines(preview),
  ]);
}

function processLine({ pid, name }: ReapCandidate | ReapedProcess, what: string, reason: Refusal | undefined): string {
  return `pid ${pid} (${name}): ${what}${reason ? `, ${refusalSentence(reason)}` : ''}`;
}

function indented(server: string, lines: readonly string[]): string {
  return `${server}\n${lines.map((line) => `    ${line}\n`).join('')}`;
}
