/**
 * Whether mutated files still type-check, by the same rules as the build. One language service serves all mutations:
 * the mutated text lies over the file, everything else is read once.
 */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';

export class TypeChecker {
  private readonly overlay = new Map<string, { version: number; text: string | undefined }>();
  private readonly texts = new Map<string, ts.IScriptSnapshot>();
  private readonly service: ts.LanguageService;

  /** @param files the files that are going to be mutated, from the repository's root. */
  constructor(
    private readonly repository: string,
    files: readonly string[],
  ) {
    const options = buildOptions(repository);
    const roots = [...new Set(files)].map((file) => join(repository, file));
    this.service = ts.createLanguageService({
      getCompilationSettings: () => options,
      getScriptFileNames: () => roots,
      getScriptVersion: (path) => String(this.overlay.get(path)?.version ?? 0),
      getScriptSnapshot: (path) => this.snapshot(path),
      getCurrentDirectory: () => repository,
      getDefaultLibFileName: (o) => ts.getDefaultLibFilePath(o),
      fileExists: ts.sys.fileExists,
      readFile: ts.sys.readFile,
      readDirectory: ts.sys.readDirectory,
      directoryExists: ts.sys.directoryExists,
      getDirectories: ts.sys.getDirectories,
      realpath: ts.sys.realpath,
    });
  }

  /** What the compiler says of a file that has this text instead: one line per fault, none if it is fine. */
  faults(file: string, text: string): string[] {
    const path = join(this.repository, file);
    this.lay(path, text);
    const found = [...this.service.getSyntacticDiagnostics(path), ...this.service.getSemanticDiagnostics(path)];
    this.lay(path, undefined);
    return found.map((d) => ts.flattenDiagnosticMessageText(d.messageText, ' '));
  }

  private lay(path: string, text: string | undefined): void {
    this.overlay.set(path, { version: (this.overlay.get(path)?.version ?? 0) + 1, text });
  }

  private snapshot(path: string): ts.IScriptSnapshot | undefined {
    const laid = this.overlay.get(path)?.text;
    if (laid !== undefined) return ts.ScriptSnapshot.fromString(laid);
    let known = this.texts.get(path);
    if (!known) {
      if (!existsSync(path)) return undefined;
      known = ts.ScriptSnapshot.fromString(readFileSync(path, 'utf8'));
      this.texts.set(path, known);
    }
    return known;
  }
}

/** The options of the build, with our libraries taken from their sources, as the specs are checked. */
function buildOptions(repository: string): ts.CompilerOptions {
  const file = join(repository, 'tsconfig.spec.json');
  const read = ts.readConfigFile(file, ts.sys.readFile);
  const parsed = ts.parseJsonConfigFileContent({ ...read.config, include: [], files: [] }, ts.sys, repository);
  return parsed.options;
}
