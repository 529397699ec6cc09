import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { readPlainFile } from '../common/files';
import { namesIn } from './paths';
import { packageName } from './runners';

const MAX_MANIFEST_BYTES = 1 << 20;

/**
 * The npm package of a file: the name in the nearest `package.json` above it that has one, if that is among installed
 * packages. A package under development has the same name, but is not the published one.
 * @param path absolute, without links; undefined for no file
 */
export function installedPackageName(path: string | undefined): string | undefined {
  if (path === undefined || !/[\\/]node_modules[\\/]/.test(path)) return undefined;
  for (let folder = dirname(path); ; folder = dirname(folder)) {
    const name = nameIn(join(folder, 'package.json'));
    if (name !== undefined) return name;
    // A package's own files are never outside the folder of packages.
    if (dirname(folder) === folder || folder.endsWith('node_modules')) return undefined;
  }
}

function nameIn(path: string): string | undefined {
  try {
    const { name } = JSON.parse(readPlainFile(path, MAX_MANIFEST_BYTES, { links: 'follow' }).text) as {
      name?: unknown;
    };
    return typeof name === 'string' && name !== '' ? name : undefined;
  } catch {
    return undefined;
  }
}

/**
 * Whether a Python environment has an installed package, by its `*.dist-info` folders.
 * @param environment the folder that holds `bin` (`Scripts` on Windows). @param spec as written: `name`, `name[x]==1`
 */
export function pythonEnvironmentHas(environment: string, spec: string): boolean {
  // PEP 503: these are the same name.
  const normal = (name: string) => name.toLowerCase().replace(/[-_.]+/g, '-');
  const wanted = normal(packageName(spec));
  const address = addressOf(spec);
  return sitePackagesOf(environment).some((folder) =>
    namesIn(folder).some((name) => {
      const [, installed] = /^(.+)-[^-]+\.dist-info$/.exec(name) ?? [];
      if (installed === undefined) return false;
      return address === undefined ? normal(installed) === wanted : address === sourceOf(join(folder, name));
    }),
  );
}

/** Where a package without a name is fetched from: `git+https://host/owner/name.git@branch#subdirectory=x`. */
function addressOf(spec: string): string | undefined {
  const [, address] = /^git\+((?:https|ssh):\/\/.+)$/.exec(spec) ?? [];
  return address
    ?.replace(/[#?].*$/s, '')
    .replace(/(?<=\/[^/]*)@[^@/]*$/, '')
    .replace(/\.git$/, '');
}

/** Where an installed package was fetched from (PEP 610). */
function sourceOf(distInfo: string): string | undefined {
  try {
    const { url } = JSON.parse(readFileSync(join(distInfo, 'direct_url.json'), 'utf8')) as { url?: unknown };
    return typeof url === 'string' ? url.replace(/\.git$/, '') : undefined;
  } catch {
    return undefined;
  }
}

/** @param module the first part of its name */
export function pythonEnvironmentHasModule(environment: string, module: string): boolean {
  return sitePackagesOf(environment).some((folder) => isModuleIn(folder, module));
}

/** Whether Python would find a module in a folder of its search path. */
export function isModuleIn(folder: string, module: string): boolean {
  if (existsSync(join(folder, module)) || existsSync(join(folder, `${module}.py`))) return true;
  return namesIn(folder).some((name) => name.startsWith(`${module}.`) && /\.(?:so|pyd|pyc)$/.test(name));
}

function sitePackagesOf(environment: string): string[] {
  const versions = namesIn(join(environment, 'lib')).filter((name) => name.startsWith('python'));
  return [
    ...versions.flatMap((version) =>
      ['site-packages', 'dist-packages'].map((name) => join(environment, 'lib', version, name)),
    ),
    join(environment, 'Lib', 'site-packages'),
  ];
}
