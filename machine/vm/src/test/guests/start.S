# Calls the guest's main and leaves with its result by ecall 93. sp is 0: the first push wraps to the top of memory.
# gp must be set by an instruction that the linker does not shorten to one relative to gp.
        .globl _start
_start:
        .option push
        .option norelax
        la gp, __global_pointer$
        .option pop
        call main
        li a7, 93
        ecall
