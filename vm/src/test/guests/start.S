# Calls the guest's main and leaves with its result by ecall 93. sp is 0: the first push wraps to the top of memory.
        .globl _start
_start: call main
        li a7, 93
        ecall
