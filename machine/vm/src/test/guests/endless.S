# Never halts, and writes all over its memory, its own bytes included.
        .globl _start
_start: li t1, 0x10001
loop:   sd t1, 0(t0)
        add t0, t0, t1
        j loop
