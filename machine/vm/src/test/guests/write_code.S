# Writes another instruction over its own next one. Code is apart from memory: the store is seen by loads, and the
# instruction executed is the old one. Leaves with 0 if so.
        .globl _start
_start: la t0, target
        li t1, 0x00100513        # li a0, 1
        sw t1, 0(t0)
        li a0, 7
target: li a0, 0
        lw t2, 0(t0)
        beq t1, t2, leave
        li a0, 2
leave:  li a7, 93
        ecall
