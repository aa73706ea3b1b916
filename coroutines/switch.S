// switch.S: from one stack to another.
//
// To the compiler a switch is a call like any other. So the caller has already put away whatever a
// called function may destroy, and counts on the rest being as it was: the registers that the
// machine's calling convention (its ABI) tells a callee to keep. Those go on the stack that is
// left, and come from the one that is entered; its own return address lies there too. That is all
// there is to a coroutine: to return on another stack than one was called on.
//
// No signal mask, unlike swapcontext(3): that would be a system call.

#ifndef SWITCH_BY_UCONTEXT

#ifdef __x86_64__
// System V ABI, AMD64 supplement, 3.2.1 and 3.2.3: a callee keeps rbx, rbp, r12 to r15, and the
// control bits of the floating-point units (rounding, which exceptions trap): MXCSR for SSE, the
// control word for the old x87. Arguments come in rdi, rsi, rdx, rcx.

        .macro  leave_stack             // rdi: where to note what has been left
        pushq   %rbp                    // above it lies the return address, from the call
        pushq   %rbx
        pushq   %r12
        pushq   %r13
        pushq   %r14
        pushq   %r15
        subq    $8, %rsp
        stmxcsr (%rsp)
        fnstcw  4(%rsp)
        movq    %rsp, (%rdi)
        .endm

        .text
        .globl  switch_stack
        .type   switch_stack, @function
switch_stack:                           // rsi: the stack to go on with
        leave_stack
        movq    %rsi, %rsp              // from here on we are the other one
        ldmxcsr (%rsp)
        fldcw   4(%rsp)
        addq    $8, %rsp
        popq    %r15
        popq    %r14
        popq    %r13
        popq    %r12
        popq    %rbx
        popq    %rbp
        ret                             // to where that one called
        .size   switch_stack, . - switch_stack

        .globl  switch_begin
        .type   switch_begin, @function
switch_begin:                           // rsi: the new stack, rdx: its size, rcx: the function
        .cfi_startproc
        .cfi_undefined rip              // nobody called this: a debugger's backtrace ends here
        leave_stack
        leaq    (%rsi,%rdx), %rsp       // a stack grows downwards: it begins at its end
        xorl    %ebp, %ebp
        call    *%rcx
        ud2                             // it must not return
        .cfi_endproc
        .size   switch_begin, . - switch_begin
#endif

#ifdef __aarch64__
// AAPCS64, 6.1.1 and 6.1.2: a callee keeps x19 to x28, the frame pointer x29, and the lower halves
// of v8 to v15, called d8 to d15. The return address comes in x30, arguments in x0 to x3. The
// rounding mode (in FPCR) is the whole thread's there; here each stack's, as on x86-64.

        .macro  leave_stack             // x0: where to note what has been left
        stp     x29, x30, [sp, #-176]!
        stp     x19, x20, [sp, #16]
        stp     x21, x22, [sp, #32]
        stp     x23, x24, [sp, #48]
        stp     x25, x26, [sp, #64]
        stp     x27, x28, [sp, #80]
        stp     d8, d9, [sp, #96]
        stp     d10, d11, [sp, #112]
        stp     d12, d13, [sp, #128]
        stp     d14, d15, [sp, #144]
        mrs     x9, fpcr
        str     x9, [sp, #160]
        mov     x9, sp
        str     x9, [x0]
        .endm

        .text
        .globl  switch_stack
        .type   switch_stack, @function
switch_stack:                           // x1: the stack to go on with
        leave_stack
        mov     sp, x1                  // from here on we are the other one
        ldr     x9, [sp, #160]
        msr     fpcr, x9
        ldp     d14, d15, [sp, #144]
        ldp     d12, d13, [sp, #128]
        ldp     d10, d11, [sp, #112]
        ldp     d8, d9, [sp, #96]
        ldp     x27, x28, [sp, #80]
        ldp     x25, x26, [sp, #64]
        ldp     x23, x24, [sp, #48]
        ldp     x21, x22, [sp, #32]
        ldp     x19, x20, [sp, #16]
        ldp     x29, x30, [sp], #176
        ret                             // to x30: where that one called
        .size   switch_stack, . - switch_stack

        .globl  switch_begin
        .type   switch_begin, @function
switch_begin:                           // x1: the new stack, x2: its size, x3: the function
        .cfi_startproc
        .cfi_undefined x30              // nobody called this: a debugger's backtrace ends here
        leave_stack
        add     sp, x1, x2              // a stack grows downwards: it begins at its end
        mov     x29, xzr
        blr     x3
        brk     #1                      // it must not return
        .cfi_endproc
        .size   switch_begin, . - switch_begin
#endif

#endif

// Without this word the linker would take it that the program wants to execute its stack.
        .section .note.GNU-stack, "", %progbits
