import { readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { packageName } from './runners';

const MAX_MANIFEST_BYTES = 1 << 20;

/**
 * The npm package that a file belongs to: the name in the nearest `package.json` above it that has one.
 * @param path absolute, without links; undefined is no file
 */
export function nearestPackageName(path: string | undefined): string | undefined {
  if (path === undefined) return undefined;
  for (let folder = dirname(path); ; folder = dirname(folder)) {
    const name = nameIn(join(folder, 'package.json'));
    if (name !== undefined) return name;
    // A package's own files never lie outside the folder that holds packages.
    if (dirname(folder) === folder || folder.endsWith('node_modules')) return undefined;
  }
}

function nameIn(path: string): string | undefined {
  try {
    const stat = statSync(path);
    if (!stat.isFile() || stat.size > MAX_MANIFEST_BYTES) return undefined;
    const { name } = JSON.parse(readFileSync(path, 'utf8')) as { name?: unknown };
    return typeof name === 'string' && name !== '' ? name : undefined;
  } catch {
    return undefined;
  }
}

/**
 * Whether a Python environment has a package installed, as its `*.dist-info` folders say.
 * @param environment the folder that holds `bin` (`Scripts` on Windows). @param spec as written: `name`, `name[x]==1`
 */
export function pythonEnvironmentHas(environment: string, spec: string): boolean {
  // PEP 503: these are one name.
  const normal = (name: string) => name.toLowerCase().replace(/[-_.]+/g, '-');
  const wanted = normal(packageName(spec));
  return sitePackagesOf(environment).some((folder) =>
    namesIn(folder).some((name) => {
      const [, installed] = /^(.+)-[^-]+\.dist-info$/.exec(name) ?? [];
      return installed !== undefined && normal(installed) === wanted;
    }),
  );
}

function sitePackagesOf(environment: string): string[] {
  const versions = namesIn(join(environment, 'lib')).filter((name) => name.startsWith('python'));
  return [
    ...versions.map((version) => join(environment, 'lib', version, 'site-packages')),
    join(environment, 'Lib', 'site-packages'),
  ];
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}
