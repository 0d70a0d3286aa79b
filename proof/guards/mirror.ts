/**
 * Copies of the source tree in which files may be broken: the work tree itself is never touched. A mirror holds the
 * sources; packages are a link. Nothing built is copied but `libs/stack`, whose guard process runs as plain JavaScript:
 * so a test that runs here runs the mutated source, or nothing.
 */
import { cpSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { basename, join, relative, sep } from 'node:path';

const COPIED = ['apps', 'libs', 'tests', 'tools', 'jest.config.cjs', 'package.json', 'tsconfig.base.json'];
const LEFT_OUT = new Set(['node_modules', 'dist', '.beckon']);
const STACK_BUILD = join('libs', 'stack', 'dist');

export class Mirror {
  private constructor(
    private readonly repository: string,
    /** Where it is. */
    readonly root: string,
  ) {}

  /** Makes a fresh one at `root`; what was there goes. */
  static make(repository: string, root: string): Mirror {
    rmSync(root, { recursive: true, force: true });
    mkdirSync(root, { recursive: true });
    for (const part of COPIED) {
      cpSync(join(repository, part), join(root, part), {
        recursive: true,
        preserveTimestamps: true,
        filter: (path) => !LEFT_OUT.has(basename(path)) || isStackBuild(relative(repository, path)),
      });
    }
    symlinkSync(join(repository, 'node_modules'), join(root, 'node_modules'), 'dir');
    return new Mirror(repository, root);
  }

  /** Absolute path of a file of the repository in here. */
  path(file: string): string {
    return join(this.root, file);
  }

  /** Puts another text in the place of a file. */
  replace(file: string, text: string): void {
    writeFileSync(this.path(file), text);
  }

  /** The file as it is in the repository again. */
  restore(file: string): void {
    writeFileSync(this.path(file), readFileSync(join(this.repository, file)));
  }

  remove(): void {
    rmSync(this.root, { recursive: true, force: true, maxRetries: 3 });
  }
}

const isStackBuild = (path: string): boolean => path === STACK_BUILD || path.startsWith(STACK_BUILD + sep);
