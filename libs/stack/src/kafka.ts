/**
 * Apache Kafka in KRaft mode, one node that is broker and controller, from the jars of `pom.xml`.
 *
 * Flags: a 256 MB heap with the serial collector gives the same throughput as twice that; it needs a small cleaner
 * buffer, because the 128 MB default alone makes such a heap die. The first run leaves a class archive beside the
 * jars, which nearly halves every later start.
 */
import { execFile } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { ensureJars } from './jars.js';
import { ask } from './probe.js';
import { requireJava, type Java } from './requirements.js';
import { startServer, type Server } from './server.js';
import type { Surroundings } from './surroundings.js';

const run = promisify(execFile);
const LOG4J = fileURLToPath(new URL('../log4j2.xml', import.meta.url));
const USUAL_PORT = 9092;
const USUAL_CONTROLLER_PORT = 9093;

/** Starts a broker with the data of these surroundings. */
export async function startKafka(around: Surroundings): Promise<Server> {
  const java = await requireJava(around.env);
  const jars = await ensureJars(around.stateDir, around.env, around.log);
  const { values } = around.memory;
  const wish = (usual: number) => (around.usualPorts ? usual : undefined);
  const port = await around.ports.pick(values.kafkaPort, wish(USUAL_PORT));
  const controllerPort = await around.ports.pick(values.kafkaControllerPort, wish(USUAL_CONTROLLER_PORT));
  const clusterId = values.kafkaClusterId ?? clusterIdFrom(randomBytes(16));
  around.memory.remember({ kafkaPort: port, kafkaControllerPort: controllerPort, kafkaClusterId: clusterId });

  const folder = join(around.dataDir, 'kafka');
  const logs = join(folder, 'log');
  const config = join(folder, 'server.properties');
  mkdirSync(folder, { recursive: true });
  const advertised = around.kafkaFront;
  const front = advertised === undefined ? undefined : { port: await around.ports.pick(), advertised };
  const login = around.kafkaLogin && { port: await around.ports.pick(), ...around.kafkaLogin };
  writeFileSync(config, brokerProperties({ port, controllerPort, logs, front, login }));
  // Written out, not 'lib/*': a class archive is used only with the very class path it was made with.
  const classPath = readdirSync(jars)
    .filter((file) => file.endsWith('.jar'))
    .sort()
    .map((file) => join(jars, file))
    .join(process.platform === 'win32' ? ';' : ':');
  const logFile = join(around.logDir, 'kafka.log');
  const flags = [
    '-Xmx256m',
    '-XX:+UseSerialGC',
    '-XX:TieredStopAtLevel=1',
    `-Dlog4j2.configurationFile=${LOG4J}`,
    `-Dbeckon.log=${logFile}`,
  ];
  if (!existsSync(join(logs, 'meta.properties'))) {
    const format = ['kafka.tools.StorageTool', 'format', '-t', clusterId, '-c', config, '--ignore-formatted'];
    await run(java.file, [...flags, '-cp', classPath, ...format]).catch((error: { stderr?: string }) => {
      throw new Error(`Kafka could not format ${logs}:\n${error.stderr ?? String(error)}`, { cause: error });
    });
  }
  const archive = classArchive(jars, java);
  return startServer(around.guard, {
    name: 'Kafka',
    origin: `Apache Kafka 4.3.0 (KRaft) at 127.0.0.1:${port}`,
    address: `127.0.0.1:${port}`,
    ...(front ? { behindFront: `127.0.0.1:${front.port}` } : {}),
    ...(login ? { behindLogin: `127.0.0.1:${login.port}` } : {}),
    startTimeoutMs: 90_000,
    ready: () => answersApiVersions(port),
    ended: archive.ended,
    order: {
      key: 'kafka',
      file: java.file,
      args: [...flags, ...archive.flags, '-cp', classPath, 'kafka.Kafka', config],
      env: around.childEnv,
      cwd: folder,
      logFile: join(around.logDir, 'kafka.out.log'),
      tier: 0,
      stopSignal: 'SIGTERM',
      graceMs: 30_000,
    },
  });
}

/**
 * A cluster id from 16 random bytes. The format tool takes one that begins with "-" for an option, so the first bit is
 * cleared: the first letter is then one of the first half of the alphabet.
 */
export function clusterIdFrom(bytes: Buffer): string {
  return Buffer.concat([Buffer.of((bytes[0] ?? 0) & 0x7f), bytes.subarray(1)]).toString('base64url');
}

/** The whole configuration of the one node. Nothing is created by accident: topics are made by our own code only. */
function brokerProperties({
  port,
  controllerPort,
  logs,
  front,
  login,
}: {
  port: number;
  controllerPort: number;
  logs: string;
  /** A second listener: clients that come through it are sent back to the advertised port, not to its own. */
  front?: { port: number; advertised: number } | undefined;
  /** A listener at which clients must log in (Kafka documentation, "Authentication using SASL/PLAIN"). */
  login?: { port: number; username: string; password: string } | undefined;
}): string {
  const listener = (at: number | undefined, name = 'FRONT') => (at === undefined ? '' : `,${name}://127.0.0.1:${at}`);
  const logins = login ? listener(login.port, 'LOGIN') : '';
  return [
    'process.roles=broker,controller',
    'node.id=1',
    `controller.quorum.voters=1@127.0.0.1:${controllerPort}`,
    `listeners=PLAINTEXT://127.0.0.1:${port},CONTROLLER://127.0.0.1:${controllerPort}${listener(front?.port)}${logins}`,
    `advertised.listeners=PLAINTEXT://127.0.0.1:${port}${listener(front?.advertised)}${logins}`,
    'controller.listener.names=CONTROLLER',
    'inter.broker.listener.name=PLAINTEXT',
    `listener.security.protocol.map=PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT${front ? ',FRONT:PLAINTEXT' : ''}${login ? ',LOGIN:SASL_PLAINTEXT' : ''}`,
    ...(login ? loginProperties(login) : []),
    `log.dirs=${logs.replaceAll('\\', '/')}`,
    'auto.create.topics.enable=false',
    'num.partitions=12',
    'default.replication.factor=1',
    'offsets.topic.replication.factor=1',
    'offsets.topic.num.partitions=8',
    'transaction.state.log.replication.factor=1',
    'transaction.state.log.min.isr=1',
    'transaction.state.log.num.partitions=4',
    'share.coordinator.state.topic.replication.factor=1',
    'share.coordinator.state.topic.min.isr=1',
    'share.coordinator.state.topic.num.partitions=4',
    'group.initial.rebalance.delay.ms=0',
    // A killed broker may come back only when its old registration has run out: 9 s by default.
    'broker.session.timeout.ms=3000',
    'broker.heartbeat.interval.ms=500',
    'log.cleaner.dedupe.buffer.size=8388608',
    '',
  ].join('\n');
}

function loginProperties({ username, password }: { username: string; password: string }): string[] {
  const login = `org.apache.kafka.common.security.plain.PlainLoginModule required user_${username}="${password}";`;
  return ['listener.name.login.sasl.enabled.mechanisms=PLAIN', `listener.name.login.plain.sasl.jaas.config=${login}`];
}

/**
 * Class-data sharing (JEP 350): when there is no archive for these jars and this Java, this run writes one as it ends.
 * It counts only after a clean end; the JVM ignores one that does not fit.
 */
function classArchive(jars: string, java: Java): { flags: string[]; ended(exit: { code: number | null }): void } {
  const name = createHash('sha256').update(`${java.file} ${java.version}`).digest('hex').slice(0, 8);
  const file = join(jars, `classes-${name}.jsa`);
  if (existsSync(file)) return { flags: ['-Xshare:auto', `-XX:SharedArchiveFile=${file}`], ended: () => undefined };
  const half = `${file}.${randomBytes(4).toString('hex')}`;
  return {
    flags: [`-XX:ArchiveClassesAtExit=${half}`],
    ended: ({ code }) => {
      const clean = code === 0 || code === 143; // 143: ended by our SIGTERM, after its own shutdown
      if (clean && existsSync(half) && !existsSync(file)) renameSync(half, file);
      else rmSync(half, { force: true });
    },
  };
}

/** ApiVersions v0, the first thing every client asks (Kafka protocol guide): answered once requests are processed. */
async function answersApiVersions(port: number): Promise<boolean> {
  const body = Buffer.from([0, 18, 0, 0, 0, 0, 0, 1, 0xff, 0xff]); // key 18, version 0, correlation 1, no client id
  const length = Buffer.alloc(4);
  length.writeInt32BE(body.length);
  const answer = await ask(port, Buffer.concat([length, body]));
  return answer !== undefined && answer.length >= 10 && answer.readInt32BE(4) === 1 && answer.readInt16BE(8) === 0;
}
