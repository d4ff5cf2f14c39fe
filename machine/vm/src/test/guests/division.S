# The corners of division, which C leaves undefined: by zero, and the least number by -1. Leaves with 0, or with the
# number of the check that failed.
        .globl _start
        .macro check number, op, a, b, expected
        li a0, \number
        li t0, \a
        li t1, \b
        \op t2, t0, t1
        li t3, \expected
        bne t2, t3, leave
        .endm
_start:
        check 1, div, 7, 0, -1
        check 2, divu, 7, 0, -1
        check 3, rem, -7, 0, -7
        check 4, remu, 7, 0, 7
        check 5, div, -0x8000000000000000, -1, -0x8000000000000000
        check 6, rem, -0x8000000000000000, -1, 0
        check 7, div, -7, 2, -3
        check 8, rem, -7, 2, -1
        check 9, divw, -0x80000000, -1, -0x80000000
        check 10, remw, -0x80000000, -1, 0
        check 11, divw, 7, 0, -1
        check 12, divuw, 7, 0, -1
        check 13, remuw, 0xffffffff, 0, -1
        check 14, divuw, 0xffffffff, 1, -1
        check 15, mulhu, -1, -1, -2
        check 16, mulh, -1, -1, 0
        check 17, mulhsu, -1, -1, -1
        check 18, sllw, 1, 31, -0x80000000
        check 19, sraw, 0x80000000, 63, -1
        check 20, srlw, 0x80000000, 31, 1
        li a0, 0
leave:  li a7, 93
        ecall
