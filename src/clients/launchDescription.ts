import type { Grace } from '../registry/schema';

/** Everything a spawn needs; variables replaced, environment complete. */
export interface LaunchDescription {
  readonly key: string;
  readonly name: string;
  readonly client: string;
  readonly folder: string | undefined;
  readonly command: string;
  readonly args: readonly string[];
  readonly cwd: string | undefined;
  readonly environment: Readonly<Record<string, string>>;
  readonly grace: Grace;
}
