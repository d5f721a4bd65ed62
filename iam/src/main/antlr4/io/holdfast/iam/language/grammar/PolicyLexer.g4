/*
 * Words of the policy language (OCI documentation, "Policy Syntax" and "Conditions").
 *
 * A condition has a mode of its own: '/' starts a pattern there, while before "where" it parts a domain from a name.
 * The matching rule of a dynamic group is read in that mode from its first character.
 * Keywords, resource types, permissions and variables are case-insensitive. No rule fails: what fits nothing becomes
 * UNTERMINATED or ILLEGAL, so that the refusal can say what is wrong.
 */
lexer grammar PolicyLexer;

options { caseInsensitive = true; }

ALLOW : 'allow' ;
DENY : 'deny' ;
ENDORSE : 'endorse' ;
ADMIT : 'admit' ;
DEFINE : 'define' ;
ANY_USER : 'any-user' ;
ANY_GROUP : 'any-group' ;
DYNAMIC_GROUP : 'dynamic-group' ;
GROUP : 'group' ;
SERVICE : 'service' ;
RESOURCE : 'resource' ;
ID : 'id' ;
TO : 'to' ;
INSPECT : 'inspect' ;
READ : 'read' ;
USE : 'use' ;
MANAGE : 'manage' ;
ASSOCIATE : 'associate' ;
IN : 'in' ;
OF : 'of' ;
AS : 'as' ;
ANY_TENANCY : 'any-tenancy' ;
TENANCY : 'tenancy' ;
COMPARTMENT : 'compartment' ;
WHERE : 'where' -> mode(CONDITION) ;

WORD : WORD_CHARACTER+ ;
STRING : QUOTED '\'' ;
UNTERMINATED_STRING : QUOTED '\\'? ;
COMMA : ',' ;
COLON : ':' ;
SLASH : '/' ;
LT : '<' ;
GT : '>' ;
LBRACE : '{' ;
RBRACE : '}' ;
COMMENT : '//' ~[\r\n]* -> skip ;
SPACE : [ \t\r\n]+ -> skip ;
ILLEGAL : . ;

mode CONDITION ;

ANY : 'any' ;
ALL : 'all' ;
C_IN : 'in' -> type(IN) ;
NOT : 'not' ;
BEFORE : 'before' ;
AFTER : 'after' ;
BETWEEN : 'between' ;
AND : 'and' ;
SETS_INTERSECT : 'sets-intersect' ;
C_WORD : WORD_CHARACTER+ -> type(WORD) ;
C_STRING : QUOTED '\'' -> type(STRING) ;
C_UNTERMINATED_STRING : QUOTED '\\'? -> type(UNTERMINATED_STRING) ;
PATTERN : '/' PATTERN_CHARACTER+ '/' ;
UNTERMINATED_PATTERN : '/' PATTERN_CHARACTER* '\\'? ;
NOT_EQUAL : '!=' ;
EQUAL : '=' ;
LPAREN : '(' ;
RPAREN : ')' ;
C_COMMA : ',' -> type(COMMA) ;
C_LBRACE : '{' -> type(LBRACE) ;
C_RBRACE : '}' -> type(RBRACE) ;
C_COMMENT : '//' ~[\r\n]* -> skip ;
C_SPACE : [ \t\r\n]+ -> skip ;
C_ILLEGAL : . -> type(ILLEGAL) ;

fragment WORD_CHARACTER : [\p{L}\p{M}\p{N}._+@\-] ;
fragment QUOTED : '\'' ( '\\' ~[\r\n] | ~['\\\r\n] )* ;
fragment PATTERN_CHARACTER : '\\' ~[\r\n] | ~[/\\\r\n] ;
