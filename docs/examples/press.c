/* One press of an emergency button, over MQTT 3.1.1 and a plain socket; nothing is needed but libc.
 *
 *     cc -std=c99 -D_POSIX_C_SOURCE=200809L -Wall -Wextra press.c -o press
 *     ./press HOST PORT DEVICE_ID SECRET EVENT_ID
 *
 * The same event id is sent again and again, over new connections where needed, until down/ack says `received` or
 * `refused`. A real device adds TLS, keeps the id in flash until then, and goes on listening for `responding`.
 */
#include <errno.h>
#include <netdb.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/types.h>
#include <time.h>
#include <unistd.h>

enum { CONNECT = 0x10, CONNACK = 0x20, PUBLISH = 0x30, PUBACK = 0x40, SUBSCRIBE = 0x82, SUBACK = 0x90, PINGREQ = 0xC0 };
enum { QOS_1 = 0x02, BODY_MAX = 4096, KEEP_ALIVE_S = 60, LOST = -1, NOTHING_YET = -2 };

static int put_text(unsigned char *body, int at, const char *text) {
    int length = (int)strlen(text);
    body[at] = (unsigned char)(length >> 8);
    body[at + 1] = (unsigned char)length;
    memcpy(body + at + 2, text, (size_t)length);
    return at + 2 + length;
}

static int send_packet(int socket_fd, int header, const unsigned char *body, int length) {
    unsigned char packet[BODY_MAX + 5];
    int at = 0, left = length;
    packet[at++] = (unsigned char)header;
    do { /* the length, seven bits a byte, the lowest first */
        packet[at++] = (unsigned char)((left & 0x7F) | (left > 0x7F ? 0x80 : 0));
        left >>= 7;
    } while (left > 0);
    if (length > 0) memcpy(packet + at, body, (size_t)length);
    at += length;
    for (int sent = 0; sent < at;) {
        ssize_t now = write(socket_fd, packet + sent, (size_t)(at - sent));
        if (now <= 0) return LOST;
        sent += (int)now;
    }
    return 0;
}

static int read_all(int socket_fd, unsigned char *into, int length) {
    for (int had = 0; had < length;) {
        ssize_t now = read(socket_fd, into + had, (size_t)(length - had));
        if (now <= 0) return LOST;
        had += (int)now;
    }
    return 0;
}

/* The length of the body, LOST, or NOTHING_YET after wait_ms. */
static int read_packet(int socket_fd, int wait_ms, int *header, unsigned char *body) {
    struct pollfd readable = {.fd = socket_fd, .events = POLLIN};
    unsigned char byte;
    int length = 0, shift = 0;
    if (poll(&readable, 1, wait_ms) == 0) return NOTHING_YET;
    if (read_all(socket_fd, &byte, 1) != 0) return LOST;
    *header = byte;
    do {
        if (shift > 21 || read_all(socket_fd, &byte, 1) != 0) return LOST;
        length |= (byte & 0x7F) << shift;
        shift += 7;
    } while (byte & 0x80);
    if (length > BODY_MAX - 1 || read_all(socket_fd, body, length) != 0) return LOST;
    body[length] = 0;
    return length;
}

static int open_socket(const char *host, const char *port) {
    struct addrinfo wanted = {.ai_socktype = SOCK_STREAM}, *found, *one;
    int socket_fd = LOST;
    if (getaddrinfo(host, port, &wanted, &found) != 0) return LOST;
    for (one = found; one != NULL && socket_fd < 0; one = one->ai_next) {
        socket_fd = socket(one->ai_family, one->ai_socktype, one->ai_protocol);
        if (socket_fd >= 0 && connect(socket_fd, one->ai_addr, one->ai_addrlen) != 0) {
            close(socket_fd);
            socket_fd = LOST;
        }
    }
    freeaddrinfo(found);
    return socket_fd;
}

/* Log in with a session that lasts (clean session off), and ask for what comes down. */
static int log_in(int socket_fd, const char *device_id, const char *secret) {
    unsigned char body[BODY_MAX];
    char topic[160];
    int header, at = put_text(body, 0, "MQTT");
    body[at++] = 4;    /* protocol level: 3.1.1 */
    body[at++] = 0xC0; /* user name and password */
    body[at++] = 0;
    body[at++] = KEEP_ALIVE_S;
    at = put_text(body, at, device_id); /* client id: the same each time, or the session is another one */
    at = put_text(body, at, device_id);
    at = put_text(body, at, secret);
    if (send_packet(socket_fd, CONNECT, body, at) != 0) return LOST;
    if (read_packet(socket_fd, 10000, &header, body) != 2 || header != CONNACK) return LOST;
    if (body[1] != 0) {
        fprintf(stderr, "refused: CONNACK %d%s\n", body[1], body[1] == 3 ? "" : " (wrong id or secret?)");
        return LOST;
    }
    snprintf(topic, sizeof topic, "anxin/v1/%s/down/#", device_id);
    body[0] = 0;
    body[1] = 1;
    at = put_text(body, 2, topic);
    body[at++] = 1; /* QoS 1 */
    return send_packet(socket_fd, SUBSCRIBE, body, at);
}

static int press(int socket_fd, const char *device_id, const char *event_id, int packet_id) {
    unsigned char body[BODY_MAX];
    char topic[160], event[256];
    snprintf(topic, sizeof topic, "anxin/v1/%s/up/event", device_id);
    int length = snprintf(event, sizeof event, "{\"id\": \"%s\", \"event\": \"sos_pressed\", \"ack\": true}", event_id);
    int at = put_text(body, 0, topic);
    body[at++] = (unsigned char)(packet_id >> 8);
    body[at++] = (unsigned char)packet_id;
    memcpy(body + at, event, (size_t)length);
    return send_packet(socket_fd, PUBLISH | QOS_1, body, at + length);
}

/* True when this is the answer to our press; every PUBLISH with QoS 1 is acknowledged. */
static int is_answer(int socket_fd, int header, const unsigned char *body, int length, const char *event_id) {
    int topic_length = (body[0] << 8) | body[1], at = 2 + topic_length;
    char ref[160];
    if (header & QOS_1) {
        if (at + 2 > length || send_packet(socket_fd, PUBACK, body + at, 2) != 0) return 0;
        at += 2;
    }
    if (at > length) return 0;
    printf("%.*s %s\n", topic_length, (const char *)body + 2, (const char *)body + at);
    fflush(stdout);
    snprintf(ref, sizeof ref, "\"ref\": \"%s\"", event_id); /* a product reads the JSON with a parser */
    return strstr((const char *)body + at, ref) != NULL &&
           (strstr((const char *)body + at, "\"received\"") != NULL || strstr((const char *)body + at, "\"refused\"") != NULL);
}

/* True when the hub has answered; false when the connection is lost and another one is needed. */
static int press_until_answered(int socket_fd, const char *device_id, const char *event_id) {
    unsigned char body[BODY_MAX];
    int header, packet_id = 2, again_after_s = 5;
    time_t press_at = 0, heard_at = time(NULL), pinged_at = heard_at;
    for (;;) {
        time_t now = time(NULL);
        if (now >= press_at) { /* PUBACK may take minutes when the hub's database is away: repeat, more and more slowly */
            if (press(socket_fd, device_id, event_id, packet_id++) != 0) return 0;
            press_at = now + again_after_s;
            again_after_s = again_after_s < 30 ? again_after_s * 2 : 60; /* 5, 10, 20, 40, 60, 60 ... */
        }
        if (now - pinged_at >= KEEP_ALIVE_S / 2) {
            if (send_packet(socket_fd, PINGREQ, NULL, 0) != 0) return 0;
            pinged_at = now;
        }
        if (now - heard_at > KEEP_ALIVE_S) return 0; /* not even a PINGRESP: this connection is dead */
        int length = read_packet(socket_fd, 500, &header, body);
        if (length == LOST) return 0;
        if (length == NOTHING_YET) continue;
        heard_at = time(NULL);
        if ((header & 0xF0) == PUBLISH && length > 2 && is_answer(socket_fd, header, body, length, event_id)) return 1;
        if (header == PUBACK) printf("PUBACK\n"); /* committed to the hub's disk */
    }
}

int main(int argc, char **argv) {
    if (argc != 6 || strlen(argv[3]) > 64 || strlen(argv[4]) > 128 || strlen(argv[5]) > 128) {
        fprintf(stderr, "usage: %s HOST PORT DEVICE_ID SECRET EVENT_ID\n", argv[0]);
        return 2;
    }
    signal(SIGPIPE, SIG_IGN);
    srand((unsigned)time(NULL) ^ (unsigned)getpid());
    for (int pause_s = 1;; pause_s = pause_s < 32 ? pause_s * 2 : 32) {
        int socket_fd = open_socket(argv[1], argv[2]);
        if (socket_fd >= 0) {
            int answered = log_in(socket_fd, argv[3], argv[4]) == 0 && press_until_answered(socket_fd, argv[3], argv[5]);
            close(socket_fd);
            if (answered) return 0;
        }
        fprintf(stderr, "no answer yet; trying again within %d s\n", pause_s);
        sleep((unsigned)(1 + rand() % pause_s)); /* not all devices of a county at the same moment */
    }
}
