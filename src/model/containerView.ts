import type { ContainerId } from '../registry/ids';
import type { ForeignContainer } from './containerOutcome';

/** One container of a server. */
export interface ContainerView {
  readonly id: ContainerId;
  readonly image: string;
  /** The engine's term: `running`, `created`, `exited`, … */
  readonly state: string;
  /** Whether it has our labels, so that it belongs to a launched server. */
  readonly labelled: boolean;
}

/** A running container without a client on this machine, which matches a configured server. */
export interface ContainerWithoutClient extends ContainerView {
  /** The engine's name for it. */
  readonly name: string;
  /** Epoch ms, by the engine's clock. */
  readonly createdAt: number | undefined;
  /** The configured server that runs like this, and the client whose configuration it is. */
  readonly server: string;
  readonly client: string;
  /** Why we do not offer to stop it; undefined when it may be stopped with the user's confirmation. */
  readonly notOurs: ForeignContainer | undefined;
}
