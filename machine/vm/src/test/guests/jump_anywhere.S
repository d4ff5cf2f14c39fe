# Jumps far out of its code, where the machine halts as illegal.
        .globl _start
_start: li t0, 0x123456789abcdef0
        jr t0
