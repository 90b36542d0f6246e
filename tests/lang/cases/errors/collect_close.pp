File <| a == 1 |>> 
