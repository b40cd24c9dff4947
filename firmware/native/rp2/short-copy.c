/*
 * XS copies its slots of 16 bytes all the time, and on a Cortex-M0+ GCC makes a call of each copy: slots are aligned to eight bytes, and
 * it copies in place only what is aligned to four. boards/pico/seqcard-board.h leads those calls here.
 */
#if PICO_RP2040

/* void* seqcard_memcpy(void* to, const void* from, size_t length), which must not call itself in the end: hence assembler. */
__asm__(
	".syntax unified\n"
	".section .text.seqcard_memcpy, \"ax\"\n"
	".global seqcard_memcpy\n"
	".type seqcard_memcpy, %function\n"
	".thumb_func\n"
	".align 2\n"
	"seqcard_memcpy:\n"
	"	cmp r2, #16\n"
	"	bne 1f\n"
	"	mov r3, r0\n"
	"	orrs r3, r1\n"
	"	lsls r3, #30\n"
	"	bne 1f\n"
	"	mov ip, r0\n"
	"	ldmia r1!, {r2, r3}\n"
	"	stmia r0!, {r2, r3}\n"
	"	ldmia r1!, {r2, r3}\n"
	"	stmia r0!, {r2, r3}\n"
	"	mov r0, ip\n"
	"	bx lr\n"
	/* Any other copy goes to the SDK's own. */
	"1:	ldr r3, =__wrap_memcpy\n"
	"	bx r3\n"
	".pool\n"
	".text\n");

#endif
