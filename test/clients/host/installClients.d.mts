export const PACKAGES: Readonly<Record<string, string>>;
export function installClients(): { node: string; bin: string };
