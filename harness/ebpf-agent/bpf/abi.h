/* What bpf-helpers(7) and libbpf's conventions ask of a program, so that clang alone compiles it. */
#pragma once

typedef unsigned char u8;
typedef unsigned short u16;
typedef unsigned int u32;
typedef unsigned long long u64;
typedef int s32;
typedef long long s64;

#define SEC(name) __attribute__((section(name), used))
#define INLINE static __attribute__((always_inline)) inline
/* Verified once for any arguments, and not again for each of its calls: seconds become milliseconds. */
#define ONCE __attribute__((noinline))

/* Attributes of a map, as the loader reads them from BTF. */
#define NUMBER(name, value) int (*name)[value]
#define TYPE(name, type) type *name

/* enum bpf_map_type */
#define MAP_ARRAY 2
#define MAP_PERCPU_ARRAY 6
#define MAP_STACK 23
#define MAP_RINGBUF 27

static void *(*bpf_map_lookup_elem)(void *map, const void *key) = (void *)1;
static long (*bpf_map_update_elem)(void *map, const void *key, const void *value, u64 flags) = (void *)2;
static long (*bpf_map_delete_elem)(void *map, const void *key) = (void *)3;
static u64 (*bpf_ktime_get_ns)(void) = (void *)5;
static u64 (*bpf_get_current_pid_tgid)(void) = (void *)14;
static u64 (*bpf_get_socket_cookie)(void *ctx) = (void *)46;
static long (*bpf_map_push_elem)(void *map, const void *value, u64 flags) = (void *)87;
static long (*bpf_map_pop_elem)(void *map, void *value) = (void *)88;
static long (*bpf_probe_read_user)(void *to, u32 size, const void *from) = (void *)112;
static long (*bpf_probe_read_kernel)(void *to, u32 size, const void *from) = (void *)113;
static long (*bpf_probe_read_user_str)(void *to, u32 size, const void *from) = (void *)114;
static void *(*bpf_ringbuf_reserve)(void *ring, u64 size, u64 flags) = (void *)131;
static void (*bpf_ringbuf_submit)(void *data, u64 flags) = (void *)132;
static void (*bpf_ringbuf_discard)(void *data, u64 flags) = (void *)133;
static struct task_struct *(*bpf_get_current_task_btf)(void) = (void *)158;

/* The reader polls: waking it for each record made the traced program seven times slower. */
#define RB_NO_WAKEUP 1

/* A field of a structure of the kernel, wherever the running kernel has it (CO-RE). Reads 0 where it can not. */
#define PROBE(from, field)                                                                                             \
	({                                                                                                             \
		__typeof__(from) base = (from);                                                                        \
		__typeof__(base->field) value = 0;                                                                     \
		bpf_probe_read_kernel(&value, sizeof(value), __builtin_preserve_access_index(&base->field));           \
		value;                                                                                                 \
	})

/*
 * The same as a plain load, which the verifier allows since Linux 6.2 after a cast: of a call on a socket, a third of
 * the cost were the calls of the helper. The loader tries with it first, and then without.
 */
#define READ(from, field)                                                                                              \
	({                                                                                                             \
		__typeof__(from) start = (from);                                                                       \
		CAN_CAST ? CAST(start)->field : PROBE(start, field);                                                   \
	})
#define CAN_CAST (may_cast && bpf_rdonly_cast)
#define CAST(pointer) ((__typeof__(pointer))bpf_rdonly_cast(pointer, TYPE_ID(*(pointer))))
#define TYPE_ID(type) __builtin_btf_type_id(type, 1)
extern void *bpf_rdonly_cast(const void *object, u32 type) __attribute__((section(".ksyms"), weak));
const volatile _Bool may_cast = 1;

/* The same for a field of a few bits. */
#define READ_BITS(from, field)                                                                                         \
	({                                                                                                             \
		u64 value = 0;                                                                                         \
		bpf_probe_read_kernel(&value, __builtin_preserve_field_info((from)->field, BYTE_SIZE),                 \
				      (void *)(from) + __builtin_preserve_field_info((from)->field, BYTE_OFFSET));     \
		value <<= __builtin_preserve_field_info((from)->field, LEFT_SHIFT);                                    \
		value >> __builtin_preserve_field_info((from)->field, RIGHT_SHIFT);                                    \
	})
/* enum bpf_field_info_kind of libbpf */
#define BYTE_OFFSET 0
#define BYTE_SIZE 1
#define LEFT_SHIFT 4
#define RIGHT_SHIFT 5

/* On x86-64 an exchange is a full barrier. */
#define barrier() asm volatile("" ::: "memory")

/* Makes the compiler use the number that was checked, and not compute ahead of the check: the verifier looks. */
#define keep(number) asm volatile("" : "+r"(number))
